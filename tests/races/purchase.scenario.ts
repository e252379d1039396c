import { UNKNOWN_CHARGE, type PaymentGateway } from '../../src/billing/index.ts';
import { chargeRequestOf } from '../../src/billing/charge-request.ts';
import { forSubscription, freePayment } from '../../src/billing/payment.ts';
import { after, HOUR, instant, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { IdempotencyRecord } from '../../src/kernel/once.ts';
import { billingOn, order, randomIds, type BillingWorld } from '../world/billing.ts';
import { newPayment } from '../world/payments.ts';
import { chanceOf } from './race.ts';
import type { Act, Ground, Scenario } from './scenario.ts';

export interface PurchaseSettings {
  /** `naive` looks first, charges, then writes down what it did. */
  readonly buyer: 'ours' | 'naive';
  /** Of so many charges and questions the answer gets lost, before or after the gateway acted. */
  readonly lossShare: number;
  readonly seed: number;
  /**
   * Billings in each process, between which the contenders are dealt out. One turns a crowd away by itself;
   * only several bring it before the store.
   */
  readonly lanes: number;
}

export type PurchaseInput =
  | {
      readonly act: 'buy' | 'renew';
      readonly accountId: string;
      readonly planId: string;
      readonly key?: string;
    }
  /** A sweep of the resolver and of the refunds, `aheadMs` from now. */
  | { readonly act: 'sweep'; readonly aheadMs: number };

export interface PurchaseOutput {
  readonly paymentId: string | null;
  readonly status: string | null;
  readonly replayed: boolean;
}

const NOTHING = { paymentId: null, status: null, replayed: false };

const purchaseScenario: Scenario<PurchaseSettings, PurchaseInput, PurchaseOutput> = (ground) => {
  const chance = chanceOf(ground.settings.seed * 7_919 + process.pid);
  const world = (aheadMs: number): BillingWorld => worldAt(ground, { aheadMs, chance });
  const lanes = Array.from({ length: ground.settings.lanes }, () => world(0));
  let turn = 0;
  return async (input) => {
    turn = (turn + 1) % lanes.length;
    const buyers = lanes[turn] ?? world(0);
    if (input.act !== 'sweep')
      return ground.settings.buyer === 'ours' ? buy(buyers, input) : naively(ground, buyers)(input);
    const { billing } = world(input.aheadMs);
    await billing.resolveUnknown(50);
    await billing.sendRefunds(50);
    return NOTHING;
  };
};

export default purchaseScenario;

function worldAt(
  { unitOfWork, settings }: Ground<PurchaseSettings>,
  { aheadMs, chance }: { readonly aheadMs: number; readonly chance: () => number },
): BillingWorld {
  const clock: Clock = { now: () => instant(Date.now() + aheadMs) };
  return billingOn(unitOfWork, { clock, through: (gateway) => lossy(gateway, settings.lossShare, chance) });
}

/** A line that loses requests on the way there, and answers on the way back. */
function lossy(gateway: PaymentGateway, share: number, chance: () => number): PaymentGateway {
  const lost = (part: number): boolean => chance() < share * part;
  return {
    ...gateway,
    charge: async (request) => {
      if (lost(0.5)) return UNKNOWN_CHARGE;
      const answer = await gateway.charge(request);
      return lost(0.5) ? UNKNOWN_CHARGE : answer;
    },
    find: async (question) => (lost(0.5) ? UNKNOWN_CHARGE : gateway.find(question)),
    refund: async (request) => {
      const answer = await gateway.refund(request);
      return lost(0.5) ? { outcome: 'unknown', reason: null } : answer;
    },
  };
}

type Buying = Exclude<PurchaseInput, { act: 'sweep' }>;

async function buy({ billing }: BillingWorld, { accountId, planId, key }: Buying): Promise<PurchaseOutput> {
  const idempotency = key === undefined ? undefined : { key, fingerprint: 'the same' };
  const { result, replayed } = await billing.purchase(order(accountId, planId, { idempotency }));
  return { paymentId: result.payment?.id ?? null, status: result.payment?.status ?? null, replayed };
}

/**
 * What most code does: answered before? allowed? then charge, then write; an answer that does not come is a
 * failure. Each step is right, when nobody else is there and nothing gets lost.
 */
const naively =
  (
    { unitOfWork }: Ground<PurchaseSettings>,
    { operations, gateway }: BillingWorld,
  ): Act<Buying, PurchaseOutput> =>
  async ({ accountId, planId, key }) => {
    const known =
      key === undefined ? undefined : await unitOfWork.read((stores) => stores.idempotency.find(key));
    if (known) return { ...NOTHING, replayed: true };
    const now = instant(Date.now());
    const quote = await unitOfWork.read((stores) =>
      operations.quotePurchase(stores, {
        ...{ accountId, planId, intent: 'buy', startsAt: null, now },
        ...{ autoRenew: false, proration: 'prorate', prorationDate: null },
      }),
    );
    const id = randomIds.next();
    const payment = freePayment(newPayment({ id, accountId, quote, now }));
    const charged = await gateway.charge(chargeRequestOf({ ...payment, gatewayKey: id }, gateway));
    if (charged.outcome !== 'captured') throw new Error('the payment failed');
    await unitOfWork.run(async (stores) => {
      const { actor } = order(accountId, planId);
      const bought = await operations.applyPurchase(stores, {
        ...{ accountId, quote, actor, now },
        ...{ paymentId: id, nets: null },
      });
      await stores.payments.add(forSubscription(payment, bought));
      if (key !== undefined) await stores.idempotency.claim(claimOf(key, now));
    });
    return { paymentId: id, status: 'succeeded', replayed: false };
  };

const claimOf = (key: string, now: Instant): IdempotencyRecord => ({
  key,
  fingerprint: key,
  claimedAt: now,
  expiresAt: after(now, HOUR),
  subjectId: null,
  answer: null,
});
