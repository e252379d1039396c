import { DomainError, refusal, type Details, type RefusalKind } from './domain-error.ts';
import { after, HOUR, SECOND, type Instant } from './instant.ts';

/** What a caller sends to make a command happen once: a key of their own and a digest of the whole request. */
export interface Idempotency {
  /** The caller's key, prefixed with who the caller is, so that nobody meets a stranger's answer. */
  readonly key: string;
  readonly fingerprint: string;
}

export interface IdempotencyRecord {
  readonly key: string;
  readonly fingerprint: string;
  readonly claimedAt: Instant;
  readonly expiresAt: Instant;
  /** What the command works on, so that a retry can drive an interrupted one to its end. */
  readonly subjectId: string | null;
  readonly answer: Answer | null;
}

/** The kept answer: a result, or a refusal that is final (a declined payment). */
export type Answer =
  | { readonly result: unknown }
  | {
      readonly refusal: {
        readonly kind: RefusalKind;
        readonly code: string;
        readonly message: string;
        readonly details: Details;
      };
    };

export interface IdempotencyStore {
  find(key: string): Promise<IdempotencyRecord | undefined>;
  /** Those of the keys that are known, in no order. */
  findAll(keys: readonly string[]): Promise<readonly IdempotencyRecord[]>;
  /** Takes the key, replacing an expired record; a key that another just took is a lost race. */
  claim(record: IdempotencyRecord): Promise<void>;
  /** Takes keys with their answers at once, replacing expired records; a key that another holds is a lost race. */
  keepAll(records: readonly IdempotencyRecord[]): Promise<void>;
  /** Keeps the answer of a claimed key; without the claim it changes nothing. */
  answer(key: string, answer: Answer): Promise<void>;
  /** Gives a claimed, unanswered key back. */
  release(key: string): Promise<void>;
  /** Removes at most `limit` records that expired before `now`; the number removed. */
  purge(now: Instant, limit: number): Promise<number>;
}

export interface OncePolicy {
  readonly keepHours: number;
  /** An unfinished claim older than this belongs to a caller that died: a retry drives it to its end. */
  readonly staleSeconds: number;
}

export const oncePolicy: OncePolicy = { keepHours: 24, staleSeconds: 30 };

export const onceRefusals = {
  otherRequest: refusal(
    'mismatch',
    'idempotency.other-request',
    'This Idempotency-Key was used for another request.',
  ),
  inProgress: refusal(
    'conflict',
    'idempotency.in-progress',
    'The request with this Idempotency-Key is still running.',
    (seconds: number) => ({ retry_after_seconds: seconds }),
  ),
};

/** A command's result, and whether it is the kept answer of an earlier request with the same key. */
export interface Answered<R> {
  readonly result: R;
  readonly replayed: boolean;
}

export type Claim =
  | { readonly state: 'claimed' }
  | { readonly state: 'answered'; readonly answer: Answer }
  | { readonly state: 'stale'; readonly subjectId: string | null };

interface OnceStores {
  readonly idempotency: IdempotencyStore;
}

/** Claims the key for a command that ends in a later transaction; refuses a foreign or a running one. */
export async function claim(
  { idempotency }: OnceStores,
  request: Idempotency,
  context: { readonly now: Instant; readonly subjectId: string | null; readonly policy: OncePolicy },
): Promise<Claim> {
  const known = standing(await idempotency.find(request.key), request, context);
  if (known) return known;
  await idempotency.claim({ ...recordOf(request, context), subjectId: context.subjectId });
  return { state: 'claimed' };
}

/** What an earlier request with this key leaves to be done; undefined when there was none. Refuses as `claim`. */
export function standing(
  known: IdempotencyRecord | undefined,
  request: Idempotency,
  { now, policy }: { readonly now: Instant; readonly policy: OncePolicy },
): Exclude<Claim, { readonly state: 'claimed' }> | undefined {
  if (!known || known.expiresAt <= now) return undefined;
  if (known.fingerprint !== request.fingerprint) throw onceRefusals.otherRequest();
  if (known.answer) return { state: 'answered', answer: known.answer };
  const staleAt = after(known.claimedAt, policy.staleSeconds * SECOND);
  if (now < staleAt) throw onceRefusals.inProgress(Math.ceil((staleAt - now) / SECOND));
  return { state: 'stale', subjectId: known.subjectId };
}

/** The record that a request takes its key with. */
export const recordOf = (
  { key, fingerprint }: Idempotency,
  { now, policy }: { readonly now: Instant; readonly policy: OncePolicy },
  answer: Answer | null = null,
): IdempotencyRecord => ({
  key,
  fingerprint,
  claimedAt: now,
  expiresAt: after(now, policy.keepHours * HOUR),
  subjectId: null,
  answer,
});

/** The result of a kept answer; a kept refusal is thrown again. */
export function replay<R>(answer: Answer): Answered<R> {
  if ('result' in answer) return { result: answer.result as R, replayed: true };
  const { kind, code, message, details } = answer.refusal;
  throw Object.assign(new DomainError(kind, code, message, details), { replayed: true });
}

/**
 * Runs an effect of one transaction once per key. A refusal rolls the claim back with everything else, so
 * refusals are not kept. Without a key it just runs.
 */
export async function once<R>(
  stores: OnceStores,
  request: Idempotency | undefined,
  context: { readonly now: Instant; readonly policy: OncePolicy },
  effect: () => Promise<R>,
): Promise<Answered<R>> {
  if (!request) return { result: await effect(), replayed: false };
  const claimed = await claim(stores, request, { ...context, subjectId: null });
  if (claimed.state === 'answered') return replay<R>(claimed.answer);
  const result = await effect();
  await stores.idempotency.answer(request.key, { result });
  return { result, replayed: false };
}
