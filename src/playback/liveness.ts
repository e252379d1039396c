import type { DomainError } from '../kernel/domain-error.ts';
import { after, SECOND, type Clock, type Instant } from '../kernel/instant.ts';
import { Recent } from '../kernel/recent.ts';

/** Remembered verdicts at the most. */
const MAX_REMEMBERED = 20_000;

/** Whether a stream may go on receiving, and up to which picture height; or what it is told instead. */
export type StreamVerdict =
  { readonly refusal: null; readonly maxHeight: number } | { readonly refusal: DomainError };

/** Verdicts about streams, remembered for a few seconds, and forgotten at once when a stream ends here. */
export interface Liveness {
  verdictOn(streamId: string, ask: () => Promise<StreamVerdict>): Promise<StreamVerdict>;
  forget(streamIds: readonly string[]): void;
}

export function createLiveness(clock: Clock, keepSeconds: number): Liveness {
  const known = new Recent<string, { readonly verdict: StreamVerdict; readonly until: Instant }>(
    MAX_REMEMBERED,
  );
  // A verdict that was asked for before a stream ended must not be remembered after it: endings are counted.
  let endings = 0;

  return {
    verdictOn: async (streamId, ask) => {
      const remembered = known.get(streamId);
      if (remembered && clock.now() < remembered.until) return remembered.verdict;
      const endingsBefore = endings;
      const until = after(clock.now(), keepSeconds * SECOND);
      const verdict = await ask();
      if (endings === endingsBefore) {
        known.set(streamId, { verdict, until });
      }
      return verdict;
    },
    forget: (streamIds) => {
      if (streamIds.length > 0) endings += 1;
      for (const streamId of streamIds) known.delete(streamId);
    },
  };
}
