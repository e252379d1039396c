import type { Ids } from '../kernel/ids.ts';
import type { Clock } from '../kernel/instant.ts';
import type { Together } from '../kernel/together.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type { ArchiveFiles } from './history-ports.ts';
import type { PlaybackPolicy } from './policy.ts';
import type { PlaybackStores, ProviderPlayback, Standings, StreamSecrets, Tickets, Titles } from './ports.ts';

export interface PlaybackDeps {
  readonly unitOfWork: UnitOfWork<PlaybackStores>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly titles: Titles;
  readonly standings: Standings;
  readonly tickets: Tickets;
  /** Null where media is delivered here alone. */
  readonly providerPlayback: ProviderPlayback | null;
  readonly secrets: StreamSecrets;
  /** Where old months of the history lie. */
  readonly archive: ArchiveFiles;
  readonly policy: PlaybackPolicy;
  /** How heartbeats that arrive together are gathered; by default each goes alone. */
  readonly together?: Together;
}
