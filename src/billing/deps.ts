import type { Ids } from '../kernel/ids.ts';
import type { Clock, Instant } from '../kernel/instant.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type {
  SubscriptionDetails,
  SubscriptionOperations,
  SubscriptionStores,
} from '../subscriptions/index.ts';
import type { InvoicePrinter } from './book-ports.ts';
import type { Meters } from './meter-ports.ts';
import type { Payment } from './payment.ts';
import type { BillingPolicy } from './policy.ts';
import type { BillingStores, Payers, PaymentGateway, WebhookReader, WebhookTally } from './ports.ts';
import type { SubscriptionCollector } from './provider-ports.ts';

export type PurchaseStores = BillingStores & SubscriptionStores;

export interface BillingDeps {
  readonly unitOfWork: UnitOfWork<PurchaseStores>;
  readonly operations: SubscriptionOperations;
  readonly gateway: PaymentGateway;
  /** Who collects subscriptions in our place; null where nobody does. */
  readonly collector: SubscriptionCollector | null;
  /** Of each provider whose webhooks are taken. */
  readonly webhooks: readonly WebhookReader[];
  readonly tally: WebhookTally;
  readonly payers: Payers;
  readonly meters: Meters;
  readonly printer: InvoicePrinter;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: BillingPolicy;
}

/** What a purchase gave. Plain data: it is kept as the answer of an Idempotency-Key. */
export interface Receipt {
  /** Null when nothing was to be paid because a trial began. */
  readonly payment: Payment | null;
  /** As the purchase left it. Null while the outcome of the payment is open, and there is nothing that goes on. */
  readonly subscription: SubscriptionDetails | null;
  readonly at: Instant;
}
