import { expect } from 'chai';
import { billingPolicy, type BillingStores, type Payment } from '../../../src/billing/index.ts';
import type { Refund, RefundOrder } from '../../../src/billing/index.ts';
import { owe, syncRefunded } from '../../../src/billing/refund-facts.ts';
import { requestedRefund } from '../../../src/billing/refund.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/instant.ts';
import { order, randomIds } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const ADMIN = { kind: 'account', accountId: nextId(), sessionId: 'desk', isAdmin: true } as const;

let shop: Shop;
let viewer: string;
let paid: Payment;
beforeEach(async () => {
  shop = await openShop();
  viewer = nextId();
  paid = await buy();
});

async function buy(planId = shop.standard.id, accountId = viewer, intent: 'buy' | 'renew' = 'buy') {
  const { payment } = (await shop.billing.purchase(order(accountId, planId, { intent }))).result;
  if (!payment) throw new Error('nothing was bought');
  return payment;
}
const asked = (changes: Partial<RefundOrder> = {}): RefundOrder => ({
  actor: ADMIN,
  paymentId: paid.id,
  amount: null,
  endAccess: false,
  reason: null,
  idempotency: undefined,
  ...changes,
});
const refund = async (changes: Partial<RefundOrder> = {}): Promise<Refund> => {
  // So that each has a time of its own, by which they are listed.
  shop.clock.turn(1);
  return (await shop.billing.refundPayment(asked(changes))).result;
};
const again = async ({ payments }: Pick<BillingStores, 'payments'>): Promise<Payment> => {
  const payment = await payments.find(paid.id);
  if (!payment) throw new Error('the payment is gone');
  return payment;
};
const figures = async (): Promise<unknown> => {
  const { status, refundedMinor, refundingMinor } = await shop.unitOfWork.read(again);
  return [status, refundedMinor, refundingMinor];
};
const sums = async (): Promise<Readonly<Record<string, number>>> => {
  const all = await shop.billing.trialBalance();
  expect(all.reduce((total, { minor }) => total + minor, 0)).to.equal(0);
  return Object.fromEntries(all.map(({ account, minor }) => [account, minor]));
};
const invoiced = async (): Promise<number | undefined> =>
  (await shop.unitOfWork.read(({ invoices }) => invoices.findByPayment(paid.id)))?.refundedMinor;
const events = async (): Promise<readonly string[]> =>
  shop.unitOfWork.read(async ({ journal }) =>
    (await journal.since(0, 999))
      .map(({ event }) => event.type)
      .filter((type) => type.startsWith('billing.refund')),
  );
const subscriptionStatus = async (): Promise<string | undefined> =>
  (await shop.unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer)))?.status;
/** What the gateway gave back, by its own book. */
const given = async (): Promise<number> => {
  const back = await shop.unitOfWork.read(({ gatewayBook }) =>
    gatewayBook.refundsOf(paid.gatewayReference ?? ''),
  );
  return back.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
};

describe('giving a payment back', () => {
  it('gives back a part, and then the rest, each under a key of its own', async () => {
    const part = await refund({ amount: '4.00', reason: 'a bad week' });
    expect(part).to.include({ status: 'succeeded', amountMinor: 400, reason: 'a bad week' });
    expect(part.gatewayKey).to.equal(`usher-refund-${part.id}`);
    expect(await figures()).to.deep.equal(['partially_refunded', 400, 0]);
    const rest = await refund();
    expect(rest).to.include({ status: 'succeeded', amountMinor: 599, reason: 'requested' });
    expect(await figures()).to.deep.equal(['refunded', 999, 0]);
    expect([await given(), await invoiced()]).to.deep.equal([999, 999]);
    expect(await sums()).to.deep.equal({ cash: 0, revenue: -999, refunds: 999 });
    const asked = ['billing.refund-requested', 'billing.refunded'];
    expect(await events()).to.deep.equal([...asked, ...asked]);
  });

  it('keeps access unless it is told to end it', async () => {
    await refund({ amount: '9.99' });
    expect(await subscriptionStatus()).to.equal('active');
    paid = await buy(shop.standard.id, viewer, 'renew');
    await refund({ amount: '0.01', endAccess: true });
    expect(await subscriptionStatus()).to.equal('canceled');
  });

  it('ends only what the payment paid', async () => {
    await refund({ amount: '1.00', endAccess: true });
    await buy();
    await refund({ amount: '1.00', endAccess: true });
    expect(await subscriptionStatus()).to.equal('active');
  });

  it('refuses more than is left, and says how much is', async () => {
    await refund({ amount: '4.00' });
    const error: unknown = await refund({ amount: '6.00' }).catch((refused: unknown) => refused);
    expect(error).to.deep.include({ code: 'billing.refund-exceeds-payment' });
    expect(error).to.have.deep.property('details', { refundable: '5.99', currency: 'USD' });
    expect(await figures()).to.deep.equal(['partially_refunded', 400, 0]);
  });

  it('refuses what is no amount of the currency', async () => {
    for (const amount of ['0', '0.00', '-1', '1.234', 'all', '', '1e3'])
      expect((await refusalOf(refund({ amount }))).code, amount).to.equal('request.invalid');
  });

  it('refuses what was never paid, and what is back already', async () => {
    await refund();
    expect((await refusalOf(refund())).code).to.equal('billing.payment-not-refundable');
    const failing = order(nextId(), shop.standard.id, { paymentMethod: 'pm_declined' });
    await shop.billing.purchase(failing).catch(() => undefined);
    const [failed] = (await shop.billing.listPayments(failing.actor, { limit: 1 })).items;
    const free = await buy(shop.free.id, nextId());
    for (const paymentId of [failed?.id ?? '', free.id])
      expect((await refusalOf(refund({ paymentId }))).code).to.equal('billing.payment-not-refundable');
    for (const paymentId of ['none', nextId()])
      expect((await refusalOf(refund({ paymentId }))).code).to.equal('request.not-found');
  });

  it('is pending while the gateway does not answer, and is then asked again with the same key', async () => {
    shop.line.refund = 'lost';
    const open = await refund({ amount: '4.00' });
    expect(open).to.include({ status: 'pending' });
    expect(await figures()).to.deep.equal(['succeeded', 0, 400]);
    expect((await refusalOf(refund({ amount: '6.00' }))).code).to.equal('billing.refund-exceeds-payment');
    shop.line.refund = 'through';
    shop.clock.turn(5 * MINUTE);
    expect(await shop.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await figures()).to.deep.equal(['partially_refunded', 400, 0]);
    expect(await given()).to.equal(400);
  });

  it('is finished by the sweep when whoever asked died, and not before they had the time', async () => {
    await shop.unitOfWork.run(async (stores) => {
      const why = { id: nextId(), amountMinor: 400, reason: 'requested', now: shop.clock.now() };
      const left = requestedRefund(await again(stores), { ...why, policy: billingPolicy });
      await owe({ ids: randomIds }, stores, { payment: await again(stores), refund: left });
    });
    shop.clock.turn(29 * SECOND);
    expect(await shop.billing.sendRefunds(9)).to.deep.equal({ done: 0 });
    shop.clock.turn(1 * SECOND);
    expect(await shop.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await figures()).to.deep.equal(['partially_refunded', 400, 0]);
  });

  it('fails when the gateway refuses, and can be asked for again', async () => {
    shop.line.refund = 'refused';
    const failed = await refund();
    expect(failed).to.include({ status: 'failed', failureReason: 'account_closed', nextTryAt: null });
    expect(await figures()).to.deep.equal(['succeeded', 0, 0]);
    expect(await events()).to.deep.equal(['billing.refund-requested', 'billing.refund-failed']);
    expect(await sums()).to.deep.equal({ cash: 999, revenue: -999 });
    shop.line.refund = 'through';
    expect((await refund()).status).to.equal('succeeded');
  });

  it('gives back once for a key, and answers it again as it was', async () => {
    const idempotency = { key: 'desk 1', fingerprint: 'a' };
    const first = await shop.billing.refundPayment(asked({ amount: '1.00', idempotency }));
    const second = await shop.billing.refundPayment(asked({ amount: '1.00', idempotency }));
    expect([first.replayed, second.replayed]).to.deep.equal([false, true]);
    expect(second.result).to.deep.equal(first.result);
    expect(await given()).to.equal(100);
    const other = asked({ idempotency: { ...idempotency, fingerprint: 'b' } });
    expect((await refusalOf(shop.billing.refundPayment(other))).code).to.equal('idempotency.other-request');
  });

  it('drives the refund of a dead caller’s key to its end, and makes no second', async () => {
    const idempotency = { key: 'desk 2', fingerprint: 'a' };
    const dying = shop.unitOfWork.run(async (stores) => {
      await stores.idempotency.claim({
        ...idempotency,
        claimedAt: shop.clock.now(),
        expiresAt: shop.clock.now(),
        subjectId: null,
        answer: null,
      });
      throw new Error('dead');
    });
    await dying.catch(() => undefined);
    shop.line.refund = 'lost';
    const open = await refund({ amount: '2.00' });
    await shop.unitOfWork.run(async ({ idempotency: keys }) =>
      keys.claim({
        ...idempotency,
        claimedAt: shop.clock.now(),
        expiresAt: (shop.clock.now() + DAY) as typeof open.createdAt,
        subjectId: open.id,
        answer: null,
      }),
    );
    const retry = asked({ amount: '2.00', idempotency });
    expect((await refusalOf(shop.billing.refundPayment(retry))).code).to.equal('idempotency.in-progress');
    shop.clock.turn(31 * SECOND);
    shop.line.refund = 'through';
    const driven = await shop.billing.refundPayment(retry);
    expect(driven.result).to.include({ id: open.id, status: 'succeeded' });
    expect((await shop.billing.refundPayment(retry)).replayed).to.equal(true);
    expect(await given()).to.equal(200);
  });

  it('leaves to a cancelled start what is not on its way back already', async () => {
    const startsAt = (shop.clock.now() + 7 * DAY) as Payment['createdAt'];
    const later = order(nextId(), shop.standard.id, { intent: 'subscribe', startsAt });
    const { payment } = (await shop.billing.purchase(later)).result;
    if (!payment || payment.subscriptionId === null) throw new Error('nothing was bought');
    paid = payment;
    shop.line.refund = 'lost';
    await refund({ amount: '4.00' });
    await shop.billing.refundCanceledStart({ ...payment, subscriptionId: payment.subscriptionId });
    shop.line.refund = 'through';
    shop.clock.turn(HOUR);
    await shop.billing.sendRefunds(9);
    const rows = await shop.unitOfWork.read(({ refunds }) => refunds.listOf(paid.id));
    expect(rows.map(({ amountMinor }) => amountMinor).sort()).to.deep.equal([400, 599]);
    expect(await figures()).to.deep.equal(['refunded', 999, 0]);
    expect(await given()).to.equal(999);
  });

  it('shows the refunds to who paid and to admins, and to nobody else', async () => {
    const first = await refund({ amount: '1.00' });
    shop.clock.turn(1);
    const second = await refund({ amount: '2.00' });
    const payer = order(viewer, null).actor;
    for (const actor of [payer, ADMIN]) {
      const { items } = await shop.billing.listRefunds(actor, paid.id, { limit: 9 });
      expect(items).to.deep.equal([second, first]);
    }
    const { actor: stranger } = order(nextId(), null);
    for (const [actor, id] of [
      [stranger, paid.id],
      [payer, nextId()],
      [ADMIN, 'none'],
    ] as const)
      expect((await refusalOf(shop.billing.listRefunds(actor, id, { limit: 9 }))).code).to.equal(
        'request.not-found',
      );
  });
});

describe('news of refunds from the gateway', () => {
  const told = (cumulativeMinor: number, paymentId = paid.id) => {
    shop.clock.turn(1);
    return shop.unitOfWork.run((stores) =>
      syncRefunded({ ids: randomIds }, stores, { paymentId, cumulativeMinor, now: shop.clock.now() }),
    );
  };
  const reasons = async (): Promise<unknown> =>
    (await shop.unitOfWork.read(({ refunds }) => refunds.listOf(paid.id))).map(
      ({ reason, status, amountMinor }) => [reason, status, amountMinor],
    );

  it('are recorded when they were made there, once, in whatever order they come', async () => {
    for (const cumulative of [300, 300, 999, 500]) expect(await told(cumulative)).to.equal('done');
    expect(await reasons()).to.deep.equal([
      ['provider', 'succeeded', 300],
      ['provider', 'succeeded', 699],
    ]);
    expect(await figures()).to.deep.equal(['refunded', 999, 0]);
    expect(await invoiced()).to.equal(999);
    expect(await sums()).to.deep.equal({ cash: 0, revenue: -999, refunds: 999 });
  });

  it('tell nothing new of our own', async () => {
    await refund({ amount: '3.00' });
    await told(300);
    expect(await figures()).to.deep.equal(['partially_refunded', 300, 0]);
    shop.line.refund = 'lost';
    await refund({ amount: '2.00' });
    await told(500);
    shop.line.refund = 'through';
    shop.clock.turn(HOUR);
    await shop.billing.sendRefunds(9);
    expect(await figures()).to.deep.equal(['partially_refunded', 500, 0]);
    expect(await reasons()).to.deep.equal([
      ['requested', 'succeeded', 300],
      ['requested', 'succeeded', 200],
    ]);
  });

  it('are made good when the refund that seemed to be meant failed after all', async () => {
    shop.line.refund = 'lost';
    await refund({ amount: '3.00' });
    await told(300);
    expect(await figures()).to.deep.equal(['succeeded', 0, 300]);
    shop.line.refund = 'refused';
    shop.clock.turn(HOUR);
    await shop.billing.sendRefunds(9);
    expect(await reasons()).to.deep.equal([
      ['requested', 'failed', 300],
      ['provider', 'succeeded', 300],
    ]);
    expect(await figures()).to.deep.equal(['partially_refunded', 300, 0]);
  });

  it('wait for the payment that they are about', async () => {
    const waiting = order(nextId(), shop.standard.id, { paymentMethod: 'pm_timeout_after_capture' });
    const { payment } = (await shop.billing.purchase(waiting)).result;
    expect(payment?.status).to.equal('pending');
    expect(await told(100, payment?.id)).to.equal('parked');
    expect(await told(100, nextId())).to.equal('parked');
  });
});
