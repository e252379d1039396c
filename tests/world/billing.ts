import { randomUUID } from 'node:crypto';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { noFaults, type GatewayFaults } from '../../adapters/payments/gateway-faults.ts';
import { simulatedPayments, type Simulated } from '../../adapters/payments/simulated.ts';
import { webhookCounts, type WebhookCounts } from '../../adapters/payments/webhook-counts.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { invoicePdf } from '../../adapters/documents/invoice-pdf.ts';
import { billingPolicy, createBilling, type Billing, type PaymentGateway } from '../../src/billing/index.ts';
import type { Meters, Payers } from '../../src/billing/index.ts';
import type { PurchaseOrder } from '../../src/billing/index.ts';
import type { Ids } from '../../src/kernel/ids.ts';
import type { Clock } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import {
  subscriptionOperations,
  subscriptionPolicy,
  type Plan,
  type SubscriptionOperations,
} from '../../src/subscriptions/index.ts';
import { versionOf } from '../../src/subscriptions/plan.ts';

/** Billing, with the subscriptions it sells and the simulated gateway, on whatever stores a test opened. */

export const randomIds: Ids = { next: () => randomUUID() };

export interface BillingWorld {
  readonly billing: Billing;
  readonly gateway: PaymentGateway;
  readonly simulated: Simulated;
  readonly counts: WebhookCounts;
  readonly operations: SubscriptionOperations;
}

export function billingOn(
  unitOfWork: UnitOfWork<AllStores>,
  {
    clock,
    through = (gateway) => gateway,
    payers = everybody,
    meters = unused,
    faults = noFaults,
  }: BillingSetting,
): BillingWorld {
  const ids = randomIds;
  const simulated = simulatedPayments({
    ...{ unitOfWork, clock, systemClock, ids, faults },
    secrets: [WEBHOOK_SECRET],
    checkoutBase: CHECKOUT,
    merchant: () => billing,
    onFault: (fault) => {
      throw fault;
    },
  });
  const gateway = through(simulated.gateway);
  const counts = webhookCounts(['simulated']);
  const operations = subscriptionOperations({ ids, policy: subscriptionPolicy });
  const billing: Billing = createBilling({
    unitOfWork,
    operations,
    gateway,
    collector: null,
    webhooks: [simulated.webhooks],
    tally: counts,
    payers,
    meters,
    printer: invoicePdf({ issuer: 'Usher' }),
    clock,
    ids,
    policy: billingPolicy,
  });
  return { billing, gateway, simulated, counts, operations };
}

export const CHECKOUT = 'http://localhost/simulated/checkout/';
export const WEBHOOK_SECRET = 'what the simulated gateway of the tests signs with';

/** Everybody is there, by the name of their id. */
const everybody: Payers = {
  of: async (accountId) => ({ name: null, email: `${accountId}@example.com` }),
  mayCollect: async (accountIds) => new Set(accountIds),
};

/** Nobody used anything over a limit. */
const unused: Meters = { overageOf: async () => [] };

export interface BillingSetting {
  readonly clock: Clock;
  readonly payers?: Payers;
  readonly meters?: Meters;
  readonly faults?: GatewayFaults;
  /** Puts something between billing and the gateway: a bad line. */
  readonly through?: (gateway: PaymentGateway) => PaymentGateway;
}

export const putOnSale = (unitOfWork: UnitOfWork<AllStores>, plan: Plan): Promise<void> =>
  unitOfWork.run(async ({ plans }) => {
    await plans.add(plan);
    await plans.addVersion(versionOf(plan, plan.createdAt));
  });

/** A purchase as a viewer asks for it; `changes` says what is special about it. */
export const order = (
  accountId: string,
  planId: string | null,
  changes: Partial<PurchaseOrder> = {},
): PurchaseOrder => ({
  actor: { kind: 'account', accountId, sessionId: 'session', isAdmin: false },
  planId,
  intent: 'buy',
  startsAt: null,
  paymentMethod: null,
  idempotency: undefined,
  ...changes,
});
