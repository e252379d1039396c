import type { AllStores } from '../../all-stores.ts';
import type { Database } from '../unit-of-work.ts';
import { knexIdempotency, knexLocks } from './kernel.ts';
import { knexOutbox } from './outbox.ts';
import { knexPlans } from './subscriptions.ts';

export const knexStores = (database: Database): AllStores => ({
  ...knexLocks(database),
  idempotency: knexIdempotency(database),
  outbox: knexOutbox(database),
  plans: knexPlans(database),
});
