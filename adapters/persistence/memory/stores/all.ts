import type { AllStores } from '../../all-stores.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { memoryIdempotency, memoryLocks } from './kernel.ts';
import { memoryOutbox } from './outbox.ts';
import { memoryPlans } from './subscriptions.ts';

export const memoryStores = (transaction: MemoryTransaction): AllStores => ({
  ...memoryLocks,
  idempotency: memoryIdempotency(transaction),
  outbox: memoryOutbox(transaction),
  plans: memoryPlans(transaction),
});
