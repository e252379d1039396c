import type { Clock } from '../kernel/instant.ts';
import type { Ids } from '../kernel/ids.ts';
import type { CatalogPolicy } from './policy.ts';
import type { BatchedRead } from '../kernel/together.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type { CatalogStores, Packager, ViewerStanding } from './ports.ts';
import type { MediaProvider, MediaWebhookTally } from './provider-ports.ts';
import type { SourceLinks } from './source-ports.ts';
import type { MediaStorage } from './storage-ports.ts';

export interface CatalogDeps {
  readonly unitOfWork: UnitOfWork<CatalogStores>;
  readonly clock: Clock;
  /** Leases and retries of packaging are of this world, whatever a virtual clock says. */
  readonly systemClock: Clock;
  readonly ids: Ids;
  readonly storage: MediaStorage;
  /** Null where nobody packages: then files are served as they are. */
  readonly packager: Packager | null;
  /** Null where media is kept here. Old files stay where they are. */
  readonly provider: MediaProvider | null;
  readonly tally: MediaWebhookTally;
  readonly sourceLinks: SourceLinks;
  readonly standing: ViewerStanding;
  readonly batched: BatchedRead;
  readonly policy: CatalogPolicy;
}
