import { expect } from 'chai';
import { noFaults, seededFaults } from '../../../adapters/payments/gateway-faults.ts';
import type { Payment } from '../../../src/billing/index.ts';
import { DAY, MINUTE } from '../../../src/kernel/instant.ts';
import { money } from '../../../src/kernel/money.ts';
import { sized } from '../../races/race.ts';
import { billingOn } from '../../world/billing.ts';
import { openers, onEveryStore } from '../../world/stores.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf, turnedClock } from './cast.ts';
import { admin, deaf, desk, inMemory, refOf, type Desk } from './desk.ts';

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
