import type { Ids } from '../kernel/ids.ts';
import type { Clock } from '../kernel/instant.ts';
import type { BatchedRead, Together } from '../kernel/together.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type { EntitlementPolicy } from './policy.ts';
import type { Accounts, EntitlementStores, Plans } from './ports.ts';

export interface EntitlementsDeps {
  readonly unitOfWork: UnitOfWork<EntitlementStores>;
  readonly plans: Plans;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: EntitlementPolicy;
  /** Gathers the units of one moment; without it each is written alone. */
  readonly together?: Together;
  /** Gathers the questions of one moment; without it each is asked alone. */
  readonly batched?: BatchedRead;
}
