import { after, type Instant } from '../kernel/instant.ts';
import type { IdentityDeps } from './deps.ts';
import type { AliveServiceKey } from './ports.ts';

export interface LiveServiceKeys {
  /** What a key is known by; undefined for a text that is none of ours, about which nobody need be asked. */
  serviceKeyDigest(key: string): string | undefined;
  /**
   * The live keys that have these digests, in order, by one read. For the edge, which asks for all requests of a
   * moment together.
   */
  serviceKeysAlive(digests: readonly string[]): Promise<readonly (AliveServiceKey | undefined)[]>;
  /** Writes down that these are in use, at most once in the policy's `usedAgainMs` for each; mostly it writes nothing. */
  noteServiceKeyUse(keys: readonly AliveServiceKey[]): Promise<void>;
}

export const liveServiceKeys = (deps: IdentityDeps): LiveServiceKeys => ({
  serviceKeyDigest: (key) => deps.serviceKeys.digest(key),

  serviceKeysAlive: (digests) =>
    deps.unitOfWork.read(({ serviceKeys }) => serviceKeys.alive(digests, deps.systemClock.now())),

  noteServiceKeyUse: async (keys) => {
    const now = deps.systemClock.now();
    const { usedAgainMs } = deps.policy.serviceKeys;
    const due = keys.filter((key) => isStale(key, now, usedAgainMs)).map(({ id }) => id);
    if (due.length > 0)
      await deps.unitOfWork.single(({ serviceKeys }) => serviceKeys.noteUse(due, now, usedAgainMs));
  },
});

const isStale = ({ lastUsedAt }: AliveServiceKey, now: Instant, usedAgainMs: number): boolean =>
  lastUsedAt === null || now >= after(lastUsedAt, usedAgainMs);
