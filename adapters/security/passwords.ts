import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { busy } from '../../src/kernel/unit-of-work.ts';
import type { Passwords } from '../../src/identity/ports.ts';

/** OWASP ASVS, appendix C: with one pass at least 46 MiB. A change here rehashes each password at its next log-in. */
const PARAMETERS = { memoryCost: 47_104, timeCost: 1, parallelism: 1, outputLen: 32 } as const;
/** Argon2id; the package exports it as a const enum, which does not survive type stripping. */
const ARGON2ID = 2;

const PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

export interface PasswordOptions {
  /** Hashes at one time; each needs a core and 46 MiB. */
  readonly concurrency?: number;
  /** Hashes that may wait; more are refused at once (503), so that a flood of log-ins is not a growing queue. */
  readonly maxWaiting?: number;
}

export function argon2Passwords({
  concurrency = availableParallelism(),
  maxWaiting = 200,
}: PasswordOptions = {}): Passwords {
  const inTurn = turnstile(concurrency, maxWaiting);
  const nobodys = unmatchable();
  return {
    hash: (password) => inTurn(() => hash(password, { algorithm: ARGON2ID, ...PARAMETERS })),
    verify: async (password, stored) => {
      // Accounts that were deleted have an empty hash.
      const against = stored ? stored : nobodys;
      const right = await inTurn(() => verify(against, password));
      if (!right || !stored) return 'wrong';
      return stored.startsWith(PREFIX) ? 'right' : 'right-outdated';
    },
  };
}

/** A hash that no password has, at the price of one that somebody has. */
function unmatchable(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `${PREFIX}${base64(16)}$${base64(PARAMETERS.outputLen)}`;
}

type Turnstile = <R>(work: () => Promise<R>) => Promise<R>;

/** Lets so many through at once; the others wait in line, which is bounded. */
export function turnstile(width: number, maxWaiting: number): Turnstile {
  const line: (() => void)[] = [];
  let inside = 0;
  const leave = (): void => {
    const next = line.shift();
    if (next) next();
    else inside -= 1;
  };
  return async (work) => {
    if (inside < width) inside += 1;
    else if (line.length >= maxWaiting) throw busy();
    // Whoever leaves hands over the place: `inside` stays as it is.
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
