import { expect } from 'chai';
import { noFaults } from '../../../adapters/payments/gateway-faults.ts';
import { DAY, MINUTE } from '../../../src/kernel/instant.ts';
import { money } from '../../../src/kernel/money.ts';
import { CHECKOUT } from '../../world/billing.ts';
import { inMemory, refOf, type Desk } from './desk.ts';

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
