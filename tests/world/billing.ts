import { randomUUID } from 'node:crypto';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { simulatedGateway } from '../../adapters/payments/simulated-gateway.ts';
import { billingPolicy, createBilling, type Billing, type PaymentGateway } from '../../src/billing/index.ts';
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
  readonly operations: SubscriptionOperations;
}

export function billingOn(
  unitOfWork: UnitOfWork<AllStores>,
  { clock, through = (gateway) => gateway }: BillingSetting,
): BillingWorld {
  const ids = randomIds;
  const gateway = through(simulatedGateway({ unitOfWork, clock, ids }));
  const operations = subscriptionOperations({ ids, policy: subscriptionPolicy });
  const billing = createBilling({ unitOfWork, operations, gateway, clock, ids, policy: billingPolicy });
  return { billing, gateway, operations };
}

export interface BillingSetting {
  readonly clock: Clock;
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
