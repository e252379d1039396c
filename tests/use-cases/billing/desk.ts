import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { noFaults, type GatewayFaults } from '../../../adapters/payments/gateway-faults.ts';
import type { Payment } from '../../../src/billing/index.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Plan } from '../../../src/subscriptions/plan.ts';
import { billingOn, CHECKOUT, order, putOnSale, type BillingWorld } from '../../world/billing.ts';
import { openers } from '../../world/stores.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { turnedClock, type TurnedClock } from './cast.ts';

/** A shop at the simulated gateway, with a line between them that may be bad. */

export interface Desk extends BillingWorld {
  readonly clock: TurnedClock;
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly sold: Plan;
  buy(method: string): Promise<Payment>;
  pay(payment: Payment, decision?: 'pay' | 'decline' | 'cancel'): Promise<void>;
  now(id: string): Promise<Payment>;
  /** Lets the gateway tell everything that is due, and us act on it. */
  hear(): Promise<void>;
  reconcile(accountId: string): ReturnType<BillingWorld['billing']['reconcile']>;
}

export const admin = { kind: 'account', accountId: nextId(), sessionId: 'session', isAdmin: true } as const;

/** A line that loses every event. */
export const deaf: GatewayFaults = { ...noFaults, arrivals: () => [] };

export async function desk(unitOfWork: UnitOfWork<AllStores>, faults: GatewayFaults): Promise<Desk> {
  const clock = turnedClock();
  const sold = plan(`plan-${nextId()}`);
  await putOnSale(unitOfWork, sold);
  const world = billingOn(unitOfWork, { clock, faults });
  const now = async (id: string): Promise<Payment> => {
    const payment = await unitOfWork.read(({ payments }) => payments.find(id));
    if (!payment) throw new Error(`payment ${id} is gone`);
    return payment;
  };
  return {
    ...world,
    ...{ clock, unitOfWork, sold, now },
    buy: async (paymentMethod) => {
      const { result } = await world.billing.purchase(order(nextId(), sold.id, { paymentMethod }));
      if (!result.payment) throw new Error('nothing was to be paid');
      return result.payment;
    },
    pay: async ({ checkoutUrl }, decision = 'pay') =>
      void (await world.simulated.checkout.decide(checkoutUrl?.slice(CHECKOUT.length) ?? '', decision)),
    hear: async () => {
      const due = await unitOfWork.read(({ gatewayBook }) => gatewayBook.dueWebhooks(clock.now(), 100));
      await world.simulated.delivery.deliverNow(due);
    },
    reconcile: (accountId) => world.billing.reconcile({ actor: admin, accountId }),
  };
}

export const inMemory = async (faults: GatewayFaults): Promise<Desk> =>
  desk((await openers.memory()).unitOfWork, faults);

export const refOf = ({ gatewayReference }: Payment): string => gatewayReference ?? '';
