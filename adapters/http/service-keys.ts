import type { AliveServiceKey } from '../../src/identity/index.ts';
import { askedLately } from './asked-lately.ts';

/** Asks the owner of service keys. */
export interface ServiceKeyCheck {
  /** What a key is known by; undefined for what is no key of ours by its form. */
  digestOf(key: string): string | undefined;
  /** One call for all that arrived together; answers in the order of the digests. */
  aliveAll(digests: readonly string[]): Promise<readonly (AliveServiceKey | undefined)[]>;
  /** Told of keys in use now and then, and not waited for. */
  used(keys: readonly AliveServiceKey[]): Promise<void>;
}

export interface LiveServiceKeys {
  /** What lives under this key; an answer may be as old as `keepMs`, and is then given at once. */
  alive(key: string): AliveServiceKey | undefined | Promise<AliveServiceKey | undefined>;
  /** Has the next question about this key asked anew: it was revoked just now. */
  forget(digest: string): void;
}

export interface ServiceKeyOptions {
  /** At most 5 s, like the session check. */
  readonly keepMs?: number;
  /** A use that could not be noted: the request that it was went its way. */
  readonly onUnnoted: (error: unknown) => void;
}

/**
 * The check of service keys in front of every request that brings one. Unlike an access token a key proves
 * nothing by itself, so the question is asked before the request is counted: whom it is counted for depends on it.
 */
export function liveServiceKeys(
  check: ServiceKeyCheck,
  { keepMs = 5_000, onUnnoted }: ServiceKeyOptions,
): LiveServiceKeys {
  const asked = askedLately<string, AliveServiceKey | undefined>({
    ask: async (digests) => {
      const found = await check.aliveAll(digests);
      void check.used(found.filter((key) => key !== undefined)).catch(onUnnoted);
      return found;
    },
    subjectOf: (digest) => digest,
    keepMs,
  });

  return {
    alive: (key) => {
      const digest = check.digestOf(key);
      if (digest === undefined) return undefined;
      const found = asked.of(digest);
      return found instanceof Promise ? found.then(unexpired) : unexpired(found);
    },
    forget: (digest) => asked.forget(digest),
  };
}

/** What is remembered ends with the key. Keys live by the system's time. */
const unexpired = (key: AliveServiceKey | undefined): AliveServiceKey | undefined =>
  key && key.expiresAt !== null && Date.now() >= key.expiresAt ? undefined : key;
