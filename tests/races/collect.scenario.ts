import { instant, type Clock } from '../../src/kernel/instant.ts';
import { billingOn, order, randomIds, type BillingWorld } from '../world/billing.ts';
import { faultyGateway, type Faults } from './faulty-gateway.ts';
import { chanceOf } from './race.ts';
import type { Ground, Scenario } from './scenario.ts';

export interface CollectSettings {
  /** `naive` lists what is due, charges, then writes down what it did. */
  readonly collector: 'ours' | 'naive';
  readonly faults: Faults;
  readonly seed: number;
}

export type CollectInput =
  | {
      readonly act: 'subscribe';
      readonly accountId: string;
      readonly planId: string;
      readonly aheadMs: number;
    }
  /** One sweep, `aheadMs` from now. */
  | { readonly act: 'collect' | 'resolve' | 'refund'; readonly limit: number; readonly aheadMs: number };

export interface CollectOutput {
  readonly done: number;
}

const collectScenario: Scenario<CollectSettings, CollectInput, CollectOutput> = (ground) => {
  const chance = chanceOf(ground.settings.seed * 7_919 + process.pid);
  return async (input) => {
    const clock: Clock = { now: () => instant(Date.now() + input.aheadMs) };
    const world = billingOn(ground.unitOfWork, {
      clock,
      through: (gateway) => faultyGateway(gateway, ground.settings.faults, chance),
    });
    return act(ground, world, { input, clock });
  };
};

export default collectScenario;

async function act(
  ground: Ground<CollectSettings>,
  world: BillingWorld,
  { input, clock }: { readonly input: CollectInput; readonly clock: Clock },
): Promise<CollectOutput> {
  const { billing } = world;
  switch (input.act) {
    case 'subscribe': {
      const { accountId, planId } = input;
      await billing.purchase(order(accountId, planId, { intent: 'subscribe', autoRenew: true }));
      return { done: 1 };
    }
    case 'collect':
      return ground.settings.collector === 'ours'
        ? billing.collectDue(input.limit)
        : naively(ground, world, { limit: input.limit, clock });
    case 'resolve':
      return billing.resolveUnknown(input.limit);
    case 'refund':
      return billing.sendRefunds(input.limit);
  }
}

/** What most code does: whose term is over? charge it, then extend it. Right, as long as there is one of it. */
async function naively(
  { unitOfWork }: Ground<CollectSettings>,
  { operations, gateway }: BillingWorld,
  { limit, clock }: { readonly limit: number; readonly clock: Clock },
): Promise<CollectOutput> {
  const now = clock.now();
  const due = await unitOfWork.read(({ subscriptions }) => subscriptions.collectable(now, limit));
  let done = 0;
  for (const { id, accountId } of due) {
    const quote = await unitOfWork.run((stores) =>
      operations.quoteCollection(stores, { subscriptionId: id, now }),
    );
    if (!quote) continue;
    const paymentId = randomIds.next();
    await gateway.charge({
      key: paymentId,
      amount: quote.price,
      method: 'pm_ok',
      description: quote.planName,
      accountId,
      offSession: true,
      keepMethod: true,
      returnUrl: null,
      customer: null,
    });
    const { actor } = order(accountId, null);
    await unitOfWork.run((stores) =>
      operations.applyPurchase(stores, { accountId, quote, paymentId, nets: null, actor, now }),
    );
    done += 1;
  }
  return { done };
}
