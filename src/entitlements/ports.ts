import type { Instant } from '../kernel/instant.ts';
import type { PlanAccess } from './feature.ts';

/** The neighbour that knows what each account bought. */
export interface Plans {
  /** What the account's plan gives it now. Hot: the composition answers concurrent calls with one query. */
  accessOf(accountId: string): Promise<PlanAccess>;
  /** The same for many at once, in the order asked, for those who gather callers themselves. */
  accessOfAll(accountIds: readonly string[]): Promise<readonly PlanAccess[]>;
  /** The same as of an instant, past or to come. */
  accessAsOf(accountId: string, at: Instant): Promise<PlanAccess>;
}
