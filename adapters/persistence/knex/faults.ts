import { DomainError, LostRace, refusal } from '../../../src/kernel/domain-error.ts';
import { busy } from '../../../src/kernel/unit-of-work.ts';

export const storeUnavailable = refusal(
  'unavailable',
  'service.unavailable',
  'The database does not answer at the moment. Try again, with the same Idempotency-Key if there was one.',
  () => ({ retry_after_seconds: 2 }),
);

/** Unique violation, serialization failure, deadlock; SQLite's busy: another was faster. */
const RACES = new Set([
  '23505',
  '40001',
  '40P01',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);

const LOCK_TIMEOUT = '55P03';

/** Connection trouble, shutdown, too many connections, statement or lock time-out, read-only or full disk. */
const OUTAGES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  '57P01',
  '57P02',
  '57P03',
  '57014',
  LOCK_TIMEOUT,
  '53300',
  '53100',
  '25006',
  '08000',
  '08003',
  '08006',
]);

/** SQLite tells what exactly failed behind these (`SQLITE_IOERR_WRITE`): a full, failing or read-only disk. */
const SQLITE_OUTAGE = /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN)/;

const OUTAGE_WORDS =
  /Timeout acquiring a connection|Connection terminated|timeout exceeded when trying to connect|Unable to acquire a connection|is not queryable/i;

/**
 * The database did not answer: what was asked of it may be done all the same. A lock that was not had in time is
 * an answer, and nothing was done.
 */
export const isUnanswered = (fault: unknown): boolean =>
  fault instanceof DomainError &&
  fault.code === storeUnavailable.code &&
  codeOf(fault.cause) !== LOCK_TIMEOUT;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The same outside a unit of work, where nobody runs anything again: a lost race is a moment to come back. */
export function refused(error: unknown): unknown {
  const fault = translated(error);
  return fault instanceof LostRace ? busy() : fault;
}

/** What an error of a driver means to the unit of work. Anything unknown stays what it is: a defect. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = codeOf(error);
  if (RACES.has(code)) return new LostRace(code);
  if (OUTAGES.has(code) || SQLITE_OUTAGE.test(code) || OUTAGE_WORDS.test(error.message)) {
    return Object.assign(storeUnavailable(), { cause: error });
  }
  return error;
}
