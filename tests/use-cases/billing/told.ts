import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { ChargeEvent, Payment, ProviderEvent } from '../../../src/billing/index.ts';
import { after, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Plan } from '../../../src/subscriptions/plan.ts';
import { billingOn, order, putOnSale, type BillingWorld } from '../../world/billing.ts';
import { NOW, nextId, plan } from '../../world/subscriptions.ts';

/** Lives of charges as their provider tells them, and what came of them with us. */

type Member<K> = Extract<ChargeEvent, { kind: K }>;
type Disputes = 'dispute-opened' | 'dispute-won' | 'dispute-lost';
type Facts<K extends ChargeEvent['kind']> = Omit<
  Member<K extends Disputes ? Disputes : K>,
  'kind' | 'paymentKey' | 'reference'
>;

/** The events of one charge, a second apart, each under a name of its own. */
export class Teller {
  readonly #payment: Payment;
  readonly #reference: string;
  #told = 0;

  constructor(payment: Payment) {
    this.#payment = payment;
    this.#reference = payment.gatewayReference ?? `sim_${payment.id}`;
  }

  tell<K extends ChargeEvent['kind']>(kind: K, facts: Facts<K>): ProviderEvent {
    const about = { kind, paymentKey: this.#payment.gatewayKey, reference: this.#reference };
    return { ...this.#event(kind), body: { ...about, ...facts } as unknown as ChargeEvent };
  }

  /** Something that is nothing to us. */
  murmur(type: string): ProviderEvent {
    return { ...this.#event(type), body: { kind: 'ignored' } };
  }

  #event(type: string): Omit<ProviderEvent, 'body'> {
    this.#told += 1;
    return {
      provider: 'simulated',
      id: `${this.#payment.id} ${this.#told}`,
      type,
      // Two of a kind of clock that counts seconds, and one that often stands still.
      createdAt: after(NOW, Math.floor(this.#told / 2) * SECOND),
      objectKey: this.#reference,
    };
  }
}

const disputeOf = ({ id }: Payment, amountMinor: number) => ({
  dispute: `dp_${id}`,
  amountMinor,
  reason: 'fraudulent',
});

/** Authorised, captured, given back in two parts, disputed in between, and the dispute won. */
export function lifeOfWon(payment: Payment): readonly ProviderEvent[] {
  const teller = new Teller(payment);
  return [
    teller.murmur('charge.authorised'),
    teller.tell('charge-captured', { amountMinor: 999, method: null, customer: null }),
    teller.tell('charge-refunded', { amountMinor: 300, invoice: null }),
    teller.tell('dispute-opened', disputeOf(payment, 999)),
    teller.tell('dispute-won', disputeOf(payment, 999)),
    teller.tell('charge-refunded', { amountMinor: 999, invoice: null }),
  ];
}

/** The same with a dispute that is lost: the money and the access are gone. */
export function lifeOfLost(payment: Payment): readonly ProviderEvent[] {
  const teller = new Teller(payment);
  return [
    teller.murmur('charge.authorised'),
    teller.tell('charge-captured', { amountMinor: 999, method: null, customer: null }),
    teller.tell('charge-refunded', { amountMinor: 300, invoice: null }),
    teller.tell('dispute-opened', disputeOf(payment, 699)),
    teller.tell('dispute-lost', disputeOf(payment, 699)),
  ];
}

/** The same again under another name: one more event, and nothing new. */
export const renamed = (event: ProviderEvent): ProviderEvent => ({ ...event, id: `${event.id} again` });

export interface Told extends BillingWorld {
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly standard: Plan;
  /** Somebody whose payment waits at the gateway's page. */
  waiting(): Promise<Payment>;
  /** Takes an event in, and acts on it. */
  bring(event: ProviderEvent): Promise<void>;
}

/** A shop whose clock stands still, so that only the order of news can make a difference. */
export async function toldShop(unitOfWork: UnitOfWork<AllStores>, now: Instant = NOW): Promise<Told> {
  const standard = plan(`plan-${nextId()}`);
  await putOnSale(unitOfWork, standard);
  const world = billingOn(unitOfWork, { clock: { now: () => now } });
  return {
    ...world,
    unitOfWork,
    standard,
    waiting: async () => {
      const asked = order(nextId(), standard.id, { paymentMethod: 'pm_requires_action' });
      const { result } = await world.billing.purchase(asked);
      if (result.payment?.status !== 'requires_action') throw new Error('nobody waits for the payer');
      return result.payment;
    },
    bring: async (event) => {
      await world.billing.receive(event);
      await world.billing.processProviderEvent(event);
    },
  };
}

/** All that an account's life came to, but for names and for how often it was written. */
export const outcomeOf = (unitOfWork: UnitOfWork<AllStores>, accountId: string): Promise<object> =>
  unitOfWork.read(async (stores) => {
    const { items: payments } = await stores.payments.list(accountId, { limit: 100 });
    const { items: invoices } = await stores.invoices.list(accountId, { limit: 100 });
    const refunds = await Promise.all(payments.map(({ id }) => stores.refunds.listOf(id)));
    const disputes = await Promise.all(payments.map(({ id }) => stores.disputes.listOf(id)));
    const subscription = await stores.subscriptions.newest(accountId);
    return {
      payments: payments.map(({ status, refundedMinor, refundingMinor, dispute, subscriptionEndAt }) => ({
        ...{ status, refundedMinor, refundingMinor, dispute, subscriptionEndAt },
      })),
      invoices: invoices.map(({ totalMinor, refundedMinor }) => ({ totalMinor, refundedMinor })),
      givenBack: refunds.flat().reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      disputes: disputes.flat().map(({ status, amountMinor, reason }) => ({ status, amountMinor, reason })),
      subscription: subscription && {
        status: subscription.status,
        startedAt: subscription.startedAt,
        endsAt: subscription.endsAt,
      },
      ledger: await stores.ledger.sums(accountId),
    };
  });
