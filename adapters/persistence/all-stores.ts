import type { SubscriptionStores } from '../../src/subscriptions/ports.ts';
import type { IdempotencyStore } from '../../src/kernel/once.ts';
import type { Outbox } from '../../src/kernel/outbox.ts';
import type { Locks } from '../../src/kernel/unit-of-work.ts';

/** Every store of the product. Each has one contract suite, run on memory, SQLite and Postgres. */
export interface AllStores extends Locks, SubscriptionStores {
  readonly idempotency: IdempotencyStore;
  readonly outbox: Outbox;
}
