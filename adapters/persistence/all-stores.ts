import type { BillingStores } from '../../src/billing/ports.ts';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import type { EntitlementStores } from '../../src/entitlements/ports.ts';
import type { SubscriptionStores } from '../../src/subscriptions/ports.ts';
import type { IdentityStores } from '../../src/identity/ports.ts';
import type { IdempotencyStore } from '../../src/kernel/once.ts';
import type { NotificationStores } from '../../src/notifications/ports.ts';
import type { OperationsStores } from '../../src/operations/ports.ts';
import type { Outbox } from '../../src/kernel/outbox.ts';
import type { PlaybackStores } from '../../src/playback/ports.ts';
import type { Locks } from '../../src/kernel/unit-of-work.ts';

import type { GatewayBookStores } from '../payments/simulated-book.ts';

/** Every store of the product. Each has one contract suite, run on memory, SQLite and Postgres. */
export interface AllStores
  extends
    Locks,
    IdentityStores,
    CatalogStores,
    BillingStores,
    GatewayBookStores,
    SubscriptionStores,
    EntitlementStores,
    NotificationStores,
    OperationsStores,
    PlaybackStores {
  readonly idempotency: IdempotencyStore;
  readonly outbox: Outbox;
}
