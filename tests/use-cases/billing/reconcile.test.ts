import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { noFaults, seededFaults, type GatewayFaults } from '../../../adapters/payments/gateway-faults.ts';
import type { Payment } from '../../../src/billing/index.ts';
import { DAY, MINUTE } from '../../../src/kernel/instant.ts';
import { money } from '../../../src/kernel/money.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Plan } from '../../../src/subscriptions/plan.ts';
import { sized } from '../../races/race.ts';
import { billingOn, CHECKOUT, order, putOnSale, type BillingWorld } from '../../world/billing.ts';
import { openers, onEveryStore } from '../../world/stores.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { refusalOf, turnedClock, type TurnedClock } from './cast.ts';

interface Desk extends BillingWorld {
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

const admin = { kind: 'account', accountId: nextId(), sessionId: 'session', isAdmin: true } as const;

/** A line that loses every event. */
const deaf: GatewayFaults = { ...noFaults, arrivals: () => [] };

async function desk(unitOfWork: UnitOfWork<AllStores>, faults: GatewayFaults): Promise<Desk> {
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

const inMemory = async (faults: GatewayFaults): Promise<Desk> =>
  desk((await openers.memory()).unitOfWork, faults);

const refOf = ({ gatewayReference }: Payment): string => gatewayReference ?? '';

describe('the page of the simulated gateway', () => {
  for (const [decision, status, state] of [
    ['pay', 'succeeded', 'paid'],
    ['decline', 'failed', 'declined'],
    ['cancel', 'expired', 'closed'],
  ] as const)
    it(`settles the payment at once when the payer decides to ${decision}`, async () => {
      const it_ = await inMemory(noFaults);
      const payment = await it_.buy('pm_requires_action');
      await it_.pay(payment, decision);
      expect((await it_.now(payment.id)).status).to.equal(status);
      const page = await it_.simulated.checkout.show(payment.checkoutUrl?.slice(CHECKOUT.length) ?? '');
      expect(page).to.include({ state, amountMinor: 999, currency: 'USD', description: 'Standard' });
      expect(await it_.simulated.delivery.nextDueAt(it_.clock.now())).to.equal(undefined);
    });

  it('takes one decision', async () => {
    const it_ = await inMemory(noFaults);
    const payment = await it_.buy('pm_requires_action');
    await Promise.all([it_.pay(payment), it_.pay(payment), it_.pay(payment, 'cancel')]);
    await it_.pay(payment, 'decline');
    const { received, duplicate } = counted(it_);
    expect([received, duplicate]).to.deep.equal([1, 0]);
  });

  it('knows no page by another name', async () => {
    const it_ = await inMemory(noFaults);
    expect(await it_.simulated.checkout.show('0'.repeat(64))).to.equal(undefined);
    expect(await it_.simulated.checkout.decide('0'.repeat(64), 'pay')).to.equal(undefined);
  });
});

const counted = ({ counts }: Desk): Readonly<Record<string, number>> =>
  Object.fromEntries(counts.counts().map(({ outcome, count }) => [outcome, count]));

describe('what the simulated gateway tells', () => {
  it('comes late, and doubled, and is heard once', async () => {
    const it_ = await inMemory({ ...noFaults, arrivals: () => [5 * MINUTE, 2 * MINUTE] });
    const payment = await it_.buy('pm_requires_action');
    await it_.pay(payment);
    await it_.hear();
    expect((await it_.now(payment.id)).status).to.equal('requires_action');
    it_.clock.turn(2 * MINUTE);
    expect(await it_.simulated.delivery.nextDueAt(it_.clock.now())).to.equal(it_.clock.now());
    await it_.hear();
    expect((await it_.now(payment.id)).status).to.equal('succeeded');
    it_.clock.turn(3 * MINUTE);
    expect(await it_.simulated.delivery.deliverDue(10)).to.deep.equal({ done: 1 });
    expect(counted(it_)).to.include({ received: 1, duplicate: 1 });
  });

  it('is a charge whose answer was lost, once the line is up again', async () => {
    const it_ = await inMemory(noFaults);
    const payment = await it_.buy('pm_timeout_after_capture');
    expect(payment.status).to.equal('pending');
    it_.clock.turn(10 * MINUTE);
    await it_.hear();
    expect((await it_.now(payment.id)).status).to.equal('succeeded');
  });

  for (const [method, status, live] of [
    ['pm_disputed', 'disputed', 'active'],
    ['pm_disputed_won', 'succeeded', 'active'],
    ['pm_disputed_lost', 'disputed', 'canceled'],
  ] as const)
    it(`is a dispute of ${method}, and its end after a week`, async () => {
      const it_ = await inMemory(noFaults);
      const payment = await it_.buy(method);
      await it_.hear();
      expect((await it_.now(payment.id)).status).to.equal('disputed');
      it_.clock.turn(7 * DAY);
      await it_.hear();
      expect((await it_.now(payment.id)).status).to.equal(status);
      const subscription = await it_.unitOfWork.read((stores) =>
        stores.subscriptions.newest(payment.accountId),
      );
      expect(subscription?.status).to.equal(live);
    });

  it('is what the desk gave back and what banks decided', async () => {
    const it_ = await inMemory(noFaults);
    const payment = await it_.buy('pm_ok');
    const dispute = await it_.simulated.desk.openDispute(refOf(payment));
    await it_.hear();
    expect((await it_.now(payment.id)).status).to.equal('disputed');
    await it_.simulated.desk.closeDispute(dispute, 'won');
    await it_.simulated.desk.closeDispute(dispute, 'lost');
    await it_.simulated.desk.refund(refOf(payment), money(400, 'USD'));
    await it_.hear();
    expect(await it_.now(payment.id)).to.include({ status: 'partially_refunded', refundedMinor: 400 });
  });

  it('is tried again when it is not taken', async () => {
    const it_ = await inMemory(noFaults);
    await it_.simulated.desk.openDispute(refOf(await it_.buy('pm_ok')));
    const [webhook] = await it_.unitOfWork.read(({ gatewayBook }) =>
      gatewayBook.dueWebhooks(it_.clock.now(), 10),
    );
    if (!webhook) throw new Error('there was nothing to tell');
    await it_.unitOfWork.run(({ gatewayBook }) => gatewayBook.saveWebhook({ ...webhook, body: 'torn' }));
    const [outcome] = await Promise.allSettled([it_.simulated.delivery.deliverDue(10)]);
    expect(outcome?.status).to.equal('rejected');
    const next = await it_.simulated.delivery.nextDueAt(it_.clock.now());
    expect(next).to.equal(undefined);
    it_.clock.turn(MINUTE);
    await it_.unitOfWork.run(({ gatewayBook }) =>
      gatewayBook.saveWebhook({ ...webhook, attempts: 1, dueAt: it_.clock.now() }),
    );
    expect(await it_.simulated.delivery.deliverDue(10)).to.deep.equal({ done: 1 });
  });
});

onEveryStore('reconciling', (open) => {
  it('brings a life right of which every event was lost, once', async () => {
    const it_ = await desk(await open(), deaf);
    const payment = await it_.buy('pm_requires_action');
    const { accountId } = payment;
    await it_.pay(payment);
    expect((await it_.now(payment.id)).status).to.equal('requires_action');

    const paid = await it_.reconcile(accountId);
    expect(paid.repaired).to.deep.include({
      ...{ kind: 'payment', id: payment.id },
      ...{ was: 'requires_action', is: 'succeeded' },
    });
    expect(paid.repaired.map(({ kind, was, is }) => [kind, was, is])).to.deep.include([
      'subscription',
      'incomplete',
      'active',
    ]);
    expect(await it_.reconcile(accountId)).to.deep.equal({ repaired: [], unanswered: [] });

    const reference = refOf(await it_.now(payment.id));
    await it_.simulated.desk.refund(reference, money(300, 'USD'));
    await it_.simulated.desk.closeDispute(await it_.simulated.desk.openDispute(reference), 'won');
    expect((await it_.reconcile(accountId)).repaired).to.deep.equal([
      {
        ...{ kind: 'payment', id: payment.id },
        ...{ was: 'succeeded', is: 'partially_refunded, 3.00 USD given back' },
      },
    ]);
    await it_.simulated.desk.closeDispute(await it_.simulated.desk.openDispute(reference), 'lost');
    const lost = await it_.reconcile(accountId);
    expect(lost.repaired.map(({ kind, is }) => [kind, is])).to.deep.equal([
      ['payment', 'disputed, 3.00 USD given back'],
      ['subscription', 'canceled'],
    ]);
    expect((await it_.reconcile(accountId)).repaired).to.deep.equal([]);
  });
});

describe('reconciling', () => {
  it('repairs nothing that is right', async () => {
    const it_ = await inMemory(noFaults);
    const payment = await it_.buy('pm_ok');
    expect(await it_.reconcile(payment.accountId)).to.deep.equal({ repaired: [], unanswered: [] });
  });

  it('leaves a purchase alone that is under way', async () => {
    const it_ = await inMemory(deaf);
    const payment = await it_.buy('pm_timeout_before_capture');
    expect((await it_.reconcile(payment.accountId)).repaired).to.deep.equal([]);
    it_.clock.turn(MINUTE);
    expect((await it_.reconcile(payment.accountId)).repaired.map(({ was, is }) => [was, is])).to.deep.equal([
      ['pending', 'failed'],
    ]);
  });

  it('says what it could not ask about', async () => {
    const it_ = await inMemory({ ...deaf, call: (op) => (op === 'review' ? 'lost-before' : 'through') });
    const payment = await it_.buy('pm_requires_action');
    await it_.pay(payment);
    expect(await it_.reconcile(payment.accountId)).to.deep.equal({ repaired: [], unanswered: [payment.id] });
  });

  it('is refused for somebody whom nobody knows', async () => {
    const { unitOfWork } = await openers.memory();
    const { billing } = billingOn(unitOfWork, {
      clock: turnedClock(),
      payers: { of: async () => undefined, mayCollect: async () => new Set() },
    });
    const { code } = await refusalOf(billing.reconcile({ actor: admin, accountId: nextId() }));
    expect(code).to.equal('request.not-found');
  });

  for (let seed = 1; seed <= sized(20, 2); seed += 1)
    it(`ends in agreement with the book behind a bad line (seed ${seed})`, async function () {
      this.timeout(60_000);
      const plan_ = { seed, lostEvents: 0.4, duplicates: 0.4, delays: 0.5, timeOuts: 0.3 };
      const it_ = await inMemory(seededFaults(plan_));
      const methods = ['pm_ok', 'pm_requires_action', 'pm_timeout_after_capture', 'pm_disputed_lost'];
      const bought: Payment[] = [];
      for (let index = 0; index < 24; index += 1) {
        const [payment] = await Promise.allSettled([it_.buy(methods[index % methods.length] ?? 'pm_ok')]);
        if (payment?.status === 'fulfilled') bought.push(payment.value);
      }
      for (const payment of bought) if (payment.checkoutUrl !== null) await it_.pay(payment);
      for (let round = 0; round < 12; round += 1) {
        it_.clock.turn(DAY);
        await it_.hear();
      }
      for (const payment of bought) await calm(it_, payment.accountId);
      for (const payment of bought) await expectAgreement(it_, await it_.now(payment.id));
    });
});

/** Asks until an answer came through for each payment, and the second time finds nothing to do. */
async function calm(it_: Desk, accountId: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const { repaired, unanswered } = await it_.reconcile(accountId);
    if (repaired.length === 0 && unanswered.length === 0) return;
  }
  throw new Error('reconciling does not come to an end');
}

async function expectAgreement(it_: Desk, payment: Payment): Promise<void> {
  const [line] = await it_.unitOfWork.read(({ gatewayBook }) => gatewayBook.chargesOf(payment.accountId));
  const { status } = payment;
  if (!line) expect(status).to.equal('failed');
  else if (line.outcome === 'declined') expect(['failed', 'expired']).to.include(status);
  else if (line.method === 'pm_disputed_lost') expect(status).to.equal('disputed');
  else expect(status).to.equal(line.outcome === 'captured' ? 'succeeded' : 'requires_action');
}
