import { expect } from 'chai';
import { billingPolicy, type Payment } from '../../../src/billing/index.ts';
import { owe } from '../../../src/billing/refund-facts.ts';
import { fullRefund, requestedRefund } from '../../../src/billing/refund.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/instant.ts';
import { order, randomIds } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf } from './cast.ts';
import { ADMIN, openDesk, type Desk } from './refund-desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
const events = async (): Promise<readonly string[]> =>
  desk.unitOfWork.read(async ({ journal }) =>
    (await journal.since(0, 999))
      .map(({ event }) => event.type)
      .filter((type) => type.startsWith('billing.refund')),
  );
const subscriptionStatus = async (): Promise<string | undefined> =>
  (await desk.unitOfWork.read(({ subscriptions }) => subscriptions.newest(desk.viewer)))?.status;

describe('giving a payment back', () => {
  it('gives back a part, and then the rest, each under a key of its own', async () => {
    const part = await desk.refund({ amount: '4.00', reason: 'a bad week' });
    expect(part).to.include({ status: 'succeeded', amountMinor: 400, reason: 'a bad week' });
    expect(part.gatewayKey).to.equal(`usher-refund-${part.id}`);
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 400, 0]);
    const rest = await desk.refund();
    expect(rest).to.include({ status: 'succeeded', amountMinor: 599, reason: 'requested' });
    expect(await desk.figures()).to.deep.equal(['refunded', 999, 0]);
    expect([await desk.given(), await desk.invoiced()]).to.deep.equal([999, 999]);
    expect(await desk.sums()).to.deep.equal({ cash: 0, revenue: -999, refunds: 999 });
    const asked = ['billing.refund-requested', 'billing.refunded'];
    expect(await events()).to.deep.equal([...asked, ...asked]);
  });

  it('keeps access unless it is told to end it', async () => {
    await desk.refund({ amount: '9.99' });
    expect(await subscriptionStatus()).to.equal('active');
    desk.paid = await desk.buy(desk.standard.id, desk.viewer, 'renew');
    await desk.refund({ amount: '0.01', endAccess: true });
    expect(await subscriptionStatus()).to.equal('canceled');
  });

  it('ends only what the payment paid', async () => {
    await desk.refund({ amount: '1.00', endAccess: true });
    await desk.buy();
    await desk.refund({ amount: '1.00', endAccess: true });
    expect(await subscriptionStatus()).to.equal('active');
  });

  it('refuses more than is left, and says how much is', async () => {
    await desk.refund({ amount: '4.00' });
    const error: unknown = await desk.refund({ amount: '6.00' }).catch((refused: unknown) => refused);
    expect(error).to.deep.include({ code: 'billing.refund-exceeds-payment' });
    expect(error).to.have.deep.property('details', { refundable: '5.99', currency: 'USD' });
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 400, 0]);
  });

  it('refuses what is no amount of the currency', async () => {
    for (const amount of ['0', '0.00', '-1', '1.234', 'all', '', '1e3'])
      expect((await refusalOf(desk.refund({ amount }))).code, amount).to.equal('request.invalid');
  });

  it('refuses what was never paid, and what is back already', async () => {
    await desk.refund();
    expect((await refusalOf(desk.refund())).code).to.equal('billing.payment-not-refundable');
    const failing = order(nextId(), desk.standard.id, { paymentMethod: 'pm_declined' });
    await desk.billing.purchase(failing).catch(() => undefined);
    const [failed] = (await desk.billing.listPayments(failing.actor, { limit: 1 })).items;
    const free = await desk.buy(desk.free.id, nextId());
    for (const paymentId of [failed?.id ?? '', free.id])
      expect((await refusalOf(desk.refund({ paymentId }))).code).to.equal('billing.payment-not-refundable');
    for (const paymentId of ['none', nextId()])
      expect((await refusalOf(desk.refund({ paymentId }))).code).to.equal('request.not-found');
  });

  it('is pending while the gateway does not answer, and is then asked again with the same key', async () => {
    desk.line.refund = 'lost';
    const open = await desk.refund({ amount: '4.00' });
    expect(open).to.include({ status: 'pending' });
    expect(await desk.figures()).to.deep.equal(['succeeded', 0, 400]);
    expect((await refusalOf(desk.refund({ amount: '6.00' }))).code).to.equal(
      'billing.refund-exceeds-payment',
    );
    desk.line.refund = 'through';
    desk.clock.turn(5 * MINUTE);
    expect(await desk.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 400, 0]);
    expect(await desk.given()).to.equal(400);
  });

  it('is finished by the sweep when whoever asked died, and not before they had the time', async () => {
    await desk.unitOfWork.run(async (stores) => {
      const why = { id: nextId(), amountMinor: 400, reason: 'requested', now: desk.clock.now() };
      const left = requestedRefund(await desk.found(stores), { ...why, policy: billingPolicy });
      await owe({ ids: randomIds }, stores, { payment: await desk.found(stores), refund: left });
    });
    desk.clock.turn(29 * SECOND);
    expect(await desk.billing.sendRefunds(9)).to.deep.equal({ done: 0 });
    desk.clock.turn(1 * SECOND);
    expect(await desk.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 400, 0]);
  });

  it('brings the others to the gateway when one cannot be', async () => {
    const lame = { ...desk.paid, id: nextId(), gatewayKey: nextId(), gatewayReference: null, version: 1 };
    const owed = async (payment: Payment, now = desk.clock.now()): Promise<void> =>
      desk.unitOfWork.run(async (stores) => {
        const refund = fullRefund(payment, { id: nextId(), reason: 'late', now });
        await owe({ ids: randomIds }, stores, { payment, refund });
      });
    await desk.unitOfWork.run(({ payments }) => payments.add(lame));
    await owed(lame);
    desk.clock.turn(1);
    await owed(desk.paid);
    const failure: unknown = await desk.billing.sendRefunds(9).catch((error: unknown) => error);
    expect(String(failure)).to.contain('1 of 2 refunds failed');
    expect(await desk.figures()).to.deep.equal(['refunded', 999, 0]);
  });

  it('fails when the gateway refuses, and can be asked for again', async () => {
    desk.line.refund = 'refused';
    const failed = await desk.refund();
    expect(failed).to.include({ status: 'failed', failureReason: 'account_closed', nextTryAt: null });
    expect(await desk.figures()).to.deep.equal(['succeeded', 0, 0]);
    expect(await events()).to.deep.equal(['billing.refund-requested', 'billing.refund-failed']);
    expect(await desk.sums()).to.deep.equal({ cash: 999, revenue: -999 });
    desk.line.refund = 'through';
    expect((await desk.refund()).status).to.equal('succeeded');
  });

  it('gives back once for a key, and answers it again as it was', async () => {
    const idempotency = { key: 'desk 1', fingerprint: 'a' };
    const first = await desk.billing.refundPayment(desk.asked({ amount: '1.00', idempotency }));
    const second = await desk.billing.refundPayment(desk.asked({ amount: '1.00', idempotency }));
    expect([first.replayed, second.replayed]).to.deep.equal([false, true]);
    expect(second.result).to.deep.equal(first.result);
    expect(await desk.given()).to.equal(100);
    const other = desk.asked({ idempotency: { ...idempotency, fingerprint: 'b' } });
    expect((await refusalOf(desk.billing.refundPayment(other))).code).to.equal('idempotency.other-request');
  });

  it('drives the refund of a dead caller’s key to its end, and makes no second', async () => {
    const idempotency = { key: 'desk 2', fingerprint: 'a' };
    const dying = desk.unitOfWork.run(async (stores) => {
      await stores.idempotency.claim({
        ...idempotency,
        claimedAt: desk.clock.now(),
        expiresAt: desk.clock.now(),
        subjectId: null,
        answer: null,
      });
      throw new Error('dead');
    });
    await dying.catch(() => undefined);
    desk.line.refund = 'lost';
    const open = await desk.refund({ amount: '2.00' });
    await desk.unitOfWork.run(async ({ idempotency: keys }) =>
      keys.claim({
        ...idempotency,
        claimedAt: desk.clock.now(),
        expiresAt: (desk.clock.now() + DAY) as typeof open.createdAt,
        subjectId: open.id,
        answer: null,
      }),
    );
    const retry = desk.asked({ amount: '2.00', idempotency });
    expect((await refusalOf(desk.billing.refundPayment(retry))).code).to.equal('idempotency.in-progress');
    desk.clock.turn(31 * SECOND);
    desk.line.refund = 'through';
    const driven = await desk.billing.refundPayment(retry);
    expect(driven.result).to.include({ id: open.id, status: 'succeeded' });
    expect((await desk.billing.refundPayment(retry)).replayed).to.equal(true);
    expect(await desk.given()).to.equal(200);
  });

  it('leaves to a cancelled start what is not on its way back already', async () => {
    const startsAt = (desk.clock.now() + 7 * DAY) as Payment['createdAt'];
    const later = order(nextId(), desk.standard.id, { intent: 'subscribe', startsAt });
    const { payment } = (await desk.billing.purchase(later)).result;
    if (!payment || payment.subscriptionId === null) throw new Error('nothing was bought');
    desk.paid = payment;
    desk.line.refund = 'lost';
    await desk.refund({ amount: '4.00' });
    await desk.billing.refundCanceledStart({ ...payment, subscriptionId: payment.subscriptionId });
    desk.line.refund = 'through';
    desk.clock.turn(HOUR);
    await desk.billing.sendRefunds(9);
    const rows = await desk.unitOfWork.read(({ refunds }) => refunds.listOf(desk.paid.id));
    expect(rows.map(({ amountMinor }) => amountMinor).sort()).to.deep.equal([400, 599]);
    expect(await desk.figures()).to.deep.equal(['refunded', 999, 0]);
    expect(await desk.given()).to.equal(999);
  });

  it('shows the refunds to who paid and to admins, and to nobody else', async () => {
    const first = await desk.refund({ amount: '1.00' });
    desk.clock.turn(1);
    const second = await desk.refund({ amount: '2.00' });
    const payer = order(desk.viewer, null).actor;
    for (const actor of [payer, ADMIN]) {
      const { items } = await desk.billing.listRefunds(actor, desk.paid.id, { limit: 9 });
      expect(items).to.deep.equal([second, first]);
    }
    const { actor: stranger } = order(nextId(), null);
    for (const [actor, id] of [
      [stranger, desk.paid.id],
      [payer, nextId()],
      [ADMIN, 'none'],
    ] as const)
      expect((await refusalOf(desk.billing.listRefunds(actor, id, { limit: 9 }))).code).to.equal(
        'request.not-found',
      );
  });
});
