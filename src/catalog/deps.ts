import type { Clock } from '../kernel/instant.ts';
import type { Ids } from '../kernel/ids.ts';
import type { CatalogPolicy } from './policy.ts';
import type { BatchedRead } from '../kernel/together.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type { CatalogStores, MediaStorage, ViewerStanding } from './ports.ts';

export interface CatalogDeps {
  readonly unitOfWork: UnitOfWork<CatalogStores>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly storage: MediaStorage;
  readonly standing: ViewerStanding;
  readonly batched: BatchedRead;
  readonly policy: CatalogPolicy;
}
