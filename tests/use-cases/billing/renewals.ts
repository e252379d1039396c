import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import {
  UNKNOWN_CHARGE,
  type Charged,
  type ChargeRequest,
  type Payment,
  type PaymentGateway,
  type Receipt,
} from '../../../src/billing/index.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import {
  createSubscriptions,
  subscriptionPolicy,
  type Plan,
  type Subscription,
  type Subscriptions,
} from '../../../src/subscriptions/index.ts';
import { billingOn, order, putOnSale, randomIds, type BillingWorld } from '../../world/billing.ts';
import { turnedMeters, type TurnedMeters } from '../../world/meters.ts';
import { openers } from '../../world/stores.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { turnedClock, type TurnedClock } from './cast.ts';

/** A viewer of one plan that renews itself, with everything that can happen to its collection. */
export interface Renewals extends BillingWorld {
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly clock: TurnedClock;
  readonly subscriptions: Subscriptions;
  readonly viewer: string;
  /** 30 days for 9.99, 3 days of grace. */
  readonly monthly: Plan;
  readonly meters: TurnedMeters;
  /** Whom nobody may charge unasked. */
  readonly suspended: Set<string>;
  /** What the gateway is asked to charge from now on, in its order. */
  readonly charges: ChargeRequest[];
  /** What the gateway answers to charges, before it is asked itself. */
  readonly answers: (Charged | 'lost-before' | 'lost-after' | ((request: ChargeRequest) => Promise<void>))[];
  subscribe(method?: string | null, accountId?: string): Promise<Receipt>;
  /** Everything that falls due by then, as the jobs do it. */
  pass(milliseconds: number): Promise<void>;
  current(accountId?: string): Promise<Subscription>;
  /** Newest first. */
  payments(accountId?: string): Promise<readonly Payment[]>;
}

export const declined = (reason: string): Charged => ({ ...UNKNOWN_CHARGE, outcome: 'declined', reason });

export async function openRenewals(): Promise<Renewals> {
  const { unitOfWork } = await openers.memory();
  const clock = turnedClock();
  const meters = turnedMeters();
  const [viewer, monthly] = [nextId(), plan('monthly')];
  await putOnSale(unitOfWork, monthly);
  const state = { suspended: new Set<string>(), charges: [], answers: [] } as Pick<
    Renewals,
    'suspended' | 'charges' | 'answers'
  >;
  const world = billingOn(unitOfWork, {
    clock,
    meters,
    payers: {
      of: async (accountId) => ({ name: null, email: `${accountId}@example.com` }),
      mayCollect: async (accountIds) => new Set(accountIds.filter((id) => !state.suspended.has(id))),
    },
    through: (gateway) => overheard(gateway, state),
  });
  const subscriptions = createSubscriptions({
    unitOfWork,
    clock,
    ids: randomIds,
    policy: subscriptionPolicy,
  });
  const { billing } = world;

  /** As the runner does it: every job in turn until nothing is left to do. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 50; round += 1) {
      const swept = [
        await subscriptions.advanceDue(100),
        await billing.resolveUnknown(100),
        await billing.collectDue(100),
        await billing.sendRefunds(100),
      ];
      if (swept.every(({ done }) => done === 0)) return;
    }
    throw new Error('the jobs find no end');
  };

  return {
    ...world,
    ...state,
    ...{ unitOfWork, clock, meters, subscriptions, viewer, monthly },
    subscribe: async (paymentMethod = null, accountId = viewer) => {
      const asked = { intent: 'subscribe', autoRenew: true, paymentMethod } as const;
      return (await billing.purchase(order(accountId, monthly.id, asked))).result;
    },
    pass: async (milliseconds) => {
      clock.turn(milliseconds);
      await settle();
    },
    current: async (accountId = viewer) => {
      const found = await unitOfWork.read((stores) => stores.subscriptions.newest(accountId));
      if (!found) throw new Error('no subscription');
      return found;
    },
    payments: async (accountId = viewer) =>
      (await unitOfWork.read((stores) => stores.payments.list(accountId, { limit: 50 }))).items,
  };
}

const overheard = (
  gateway: PaymentGateway,
  { charges, answers }: Pick<Renewals, 'charges' | 'answers'>,
): PaymentGateway => ({
  ...gateway,
  charge: async (request) => {
    charges.push(request);
    const answer = answers.shift();
    if (typeof answer === 'object') return answer;
    if (answer === 'lost-before') return UNKNOWN_CHARGE;
    if (typeof answer === 'function') await answer(request);
    const charged = await gateway.charge(request);
    return answer === 'lost-after' ? UNKNOWN_CHARGE : charged;
  },
});
