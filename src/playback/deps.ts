import type { Ids } from '../kernel/ids.ts';
import type { Clock } from '../kernel/instant.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type { PlaybackPolicy } from './policy.ts';
import type { PlaybackStores, Standings, StreamSecrets, Tickets, Titles } from './ports.ts';

/** Makes, from what handles many items at once, what handles one: callers are answered after their batch. */
export type Together = <I, O>(
  flush: (items: readonly I[]) => Promise<readonly O[]>,
) => (item: I) => Promise<O>;

export interface PlaybackDeps {
  readonly unitOfWork: UnitOfWork<PlaybackStores>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly titles: Titles;
  readonly standings: Standings;
  readonly tickets: Tickets;
  readonly secrets: StreamSecrets;
  readonly policy: PlaybackPolicy;
  /** How heartbeats that arrive together are gathered; by default each goes alone. */
  readonly together?: Together;
}

/** Each item is a batch of its own. */
export const singly: Together = (flush) => async (item) => {
  const [outcome] = await flush([item]);
  if (outcome === undefined) throw new Error('a flush of one gave no outcome');
  return outcome;
};
