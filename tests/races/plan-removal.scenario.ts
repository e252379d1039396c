import { setTimeout as pause } from 'node:timers/promises';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import {
  createSubscriptions,
  subscriptionOperations,
  subscriptionPolicy,
  type Purchase,
  type SubscriptionStores,
} from '../../src/subscriptions/index.ts';
import { randomIds } from '../world/billing.ts';
import { NOW } from '../world/subscriptions.ts';
import type { Scenario } from './scenario.ts';

export interface PlanRemovalSettings {
  /** The naive buyer looks at the plan first, and believes it to be there still when buying. */
  readonly naive: boolean;
}

/** `afterMs`: a moment of chance, so that looking, buying and deleting meet in every order. */
export type PlanRemovalInput = { readonly planId: string; readonly afterMs: number } & (
  { readonly act: 'buy'; readonly accountId: string } | { readonly act: 'remove' }
);

const ids = randomIds;
const policy = subscriptionPolicy;
const operations = subscriptionOperations({ ids, policy });

/** Viewers buy the plans that an admin deletes; the outcome is the plan that somebody won. */
const planRemoval: Scenario<PlanRemovalSettings, PlanRemovalInput, PlanRemovalInput> = ({
  unitOfWork,
  settings,
}) => {
  const face = createSubscriptions({ unitOfWork, clock: { now: () => NOW }, ids, policy });
  return async (input) => {
    await pause(input.afterMs);
    if (input.act === 'remove') await face.removePlan(input.planId);
    else await (settings.naive ? buyNaively : buy)(unitOfWork, input);
    return input;
  };
};

export default planRemoval;

type Order = Extract<PlanRemovalInput, { act: 'buy' }>;

async function purchaseOf(stores: SubscriptionStores, { accountId, planId }: Order): Promise<Purchase> {
  const how = { startsAt: null, autoRenew: false, proration: 'prorate', prorationDate: null } as const;
  const request = { accountId, planId, intent: 'buy', now: NOW, ...how } as const;
  const quote = await operations.quotePurchase(stores, request);
  const actor = { kind: 'account', accountId, sessionId: accountId, isAdmin: false } as const;
  return { accountId, quote, paymentId: ids.next(), nets: null, actor, now: NOW };
}

async function buy(unitOfWork: UnitOfWork<SubscriptionStores>, order: Order): Promise<void> {
  await unitOfWork.run(async (stores) => operations.applyPurchase(stores, await purchaseOf(stores, order)));
}

async function buyNaively(unitOfWork: UnitOfWork<SubscriptionStores>, order: Order): Promise<void> {
  const seen = await unitOfWork.read(async (stores) => ({
    purchase: await purchaseOf(stores, order),
    plan: await stores.plans.find(order.planId),
    version: await stores.plans.findVersion(order.planId, 1),
  }));
  // Where the charge would be made.
  await pause(25);
  await unitOfWork.run((stores) => {
    const plans = { ...stores.plans, hold: async () => seen.plan, findVersion: async () => seen.version };
    return operations.applyPurchase({ ...stores, plans }, seen.purchase);
  });
}
