import { expect } from 'chai';
import {
  UNKNOWN_CHARGE,
  type Charged,
  type Payment,
  type PurchaseOrder,
} from '../../../src/billing/index.ts';
import type { Page } from '../../../src/kernel/page.ts';
import { after, DAY, SECOND } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();

const WAITING: Charged = {
  ...UNKNOWN_CHARGE,
  outcome: 'requires_action',
  reference: 'r',
  checkoutUrl: 'https://pay',
};

describe('buying a plan', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  const buy = (changes: Partial<PurchaseOrder> = {}, planId: string | null = shop.standard.id) =>
    shop.billing.purchase(order(viewer, planId, changes));
  const payments = (): Promise<Page<Payment>> =>
    shop.billing.listPayments(order(viewer, null).actor, { limit: 100 });
  const captures = () =>
    shop.unitOfWork.read(async ({ gatewayBook }) =>
      (await gatewayBook.chargesOf(viewer)).filter(({ outcome }) => outcome === 'captured'),
    );

  it('charges once and gives the subscription', async () => {
    const { result, replayed } = await buy();
    expect(replayed).to.equal(false);
    expect(result.payment).to.include({
      status: 'succeeded',
      amountMinor: 999,
      currency: 'USD',
      paymentMethod: 'pm_ok',
      subscriptionEndAt: after(NOW, 30 * DAY),
    });
    expect(result.subscription?.subscription).to.include({ status: 'active', endsAt: after(NOW, 30 * DAY) });
    expect(await captures()).to.have.length(1);
    expect((await payments()).items).to.deep.equal([result.payment]);
  });

  it('renews when the same plan is bought in its window', async () => {
    await buy();
    const { result } = await buy();
    expect(result.payment?.subscriptionEndAt).to.equal(after(NOW, 60 * DAY));
    expect(await captures()).to.have.length(2);
  });

  it('leaves no payment behind when it is refused', async () => {
    await buy({}, shop.yearly.id);
    expect((await refusalOf(buy({}, shop.yearly.id))).code).to.equal('subscriptions.renewal-too-early');
    expect((await refusalOf(buy({}, shop.standard.id))).code).to.equal('subscriptions.already-active');
    expect((await refusalOf(buy({}, nextId()))).code).to.equal('request.not-found');
    const methods = [buy({ paymentMethod: 'pm_unheard_of' })];
    expect((await refusalOf(Promise.all(methods))).code).to.equal('request.invalid');
    expect((await payments()).items).to.have.length(1);
    expect(await captures()).to.have.length(1);
  });

  it('keeps a declined payment in the list, and lets the next attempt through', async () => {
    expect((await refusalOf(buy({ paymentMethod: 'pm_declined' }))).code).to.equal(
      'billing.payment-declined',
    );
    const [failed] = (await payments()).items;
    expect(failed).to.include({ status: 'failed', failureReason: 'card_declined', subscriptionId: null });
    expect((await buy()).result.payment?.status).to.equal('succeeded');
  });

  it('takes a payment of 0.00 for a free plan, and asks no gateway', async () => {
    shop.line.charge = 'lost-before';
    const { result } = await buy({}, shop.free.id);
    expect(result.payment).to.include({ status: 'succeeded', amountMinor: 0, gateway: null });
    expect(result.subscription?.subscription.status).to.equal('active');
    expect(await captures()).to.have.length(0);
  });

  it('starts a trial without a payment, by subscribing only', async () => {
    const { result } = await buy({ intent: 'subscribe' }, shop.tasting.id);
    expect(result.payment).to.equal(null);
    expect(result.subscription?.subscription).to.include({
      status: 'trialing',
      endsAt: after(NOW, 14 * DAY),
    });
    expect((await payments()).items).to.deep.equal([]);
    expect(
      (await shop.billing.purchase(order(nextId(), shop.tasting.id))).result.payment?.amountMinor,
    ).to.equal(999);
  });

  it('takes the payment for a later start at once', async () => {
    const startsAt = after(NOW, 10 * DAY);
    const { result } = await buy({ intent: 'subscribe', startsAt });
    expect(result.payment?.status).to.equal('succeeded');
    expect(result.subscription?.subscription).to.include({ status: 'scheduled', startedAt: startsAt });
  });

  it('renews the current plan without naming it', async () => {
    expect((await refusalOf(buy({ intent: 'renew' }, null))).code).to.equal('subscriptions.no-current');
    await buy();
    expect((await buy({ intent: 'renew' }, null)).result.payment?.subscriptionEndAt).to.equal(
      after(NOW, 60 * DAY),
    );
  });

  it('shows a payment to its payer alone', async () => {
    const { payment } = (await buy()).result;
    const id = payment?.id ?? '';
    expect(await shop.billing.findPayment(order(viewer, null).actor, id)).to.deep.equal(payment);
    for (const absent of [
      shop.billing.findPayment(order(nextId(), null).actor, id),
      shop.billing.findPayment(order(viewer, null).actor, nextId()),
      shop.billing.findPayment(order(viewer, null).actor, 'not an id'),
    ])
      expect((await refusalOf(absent)).code).to.equal('request.not-found');
  });
});

describe('buying while another purchase is under way', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  const buy = (changes: Partial<PurchaseOrder> = {}) =>
    shop.billing.purchase(order(viewer, shop.yearly.id, changes));

  it('answers pending while the outcome is unknown, and refuses another at first', async () => {
    const { result } = await buy({ paymentMethod: 'pm_timeout_after_capture' });
    expect(result).to.deep.include({ subscription: null });
    expect(result.payment?.status).to.equal('pending');
    expect((await refusalOf(buy())).code).to.equal('billing.purchase-in-progress');
  });

  it('asks about a stale one first: captured, it was bought', async () => {
    await buy({ paymentMethod: 'pm_timeout_after_capture' });
    shop.clock.turn(30 * SECOND);
    expect((await refusalOf(buy())).code).to.equal('subscriptions.renewal-too-early');
    const { items } = await shop.billing.listPayments(order(viewer, null).actor, { limit: 9 });
    expect(items.map(({ status }) => status)).to.deep.equal(['succeeded']);
  });

  it('asks about a stale one first: never charged, the next goes through', async () => {
    await buy({ paymentMethod: 'pm_timeout_before_capture' });
    shop.clock.turn(30 * SECOND);
    expect((await buy()).result.payment?.status).to.equal('succeeded');
    const { items } = await shop.billing.listPayments(order(viewer, null).actor, { limit: 9 });
    expect(items.map(({ status }) => status)).to.deep.equal(['succeeded', 'failed']);
  });

  it('never guesses: a stale one that stays unknown stays in the way', async () => {
    await buy({ paymentMethod: 'pm_timeout_before_capture' });
    shop.clock.turn(30 * SECOND);
    shop.line.find = 'lost';
    expect((await refusalOf(buy())).code).to.equal('billing.purchase-in-progress');
  });

  it('supersedes one that waits for its payer', async () => {
    const closed = { ...UNKNOWN_CHARGE, outcome: 'declined', reason: 'abandoned' } as const;
    // Closed by the gateway, or left open by one that cannot close it: what is paid there then goes back.
    for (const answer of [closed, WAITING]) {
      shop = await openShop();
      shop.line.charge = WAITING;
      const first = (await buy()).result;
      expect(first.payment).to.include({ status: 'requires_action', checkoutUrl: 'https://pay' });
      expect(first.subscription?.subscription.status).to.equal('incomplete');
      expect((await refusalOf(buy())).code).to.equal('billing.purchase-in-progress');
      shop.clock.turn(30 * SECOND);
      shop.line.charge = 'through';
      shop.line.abandon = answer;
      expect((await buy()).result.payment?.status).to.equal('succeeded');
      const { items } = await shop.billing.listPayments(order(viewer, null).actor, { limit: 9 });
      expect(items.map(({ status, failureReason }) => [status, failureReason])).to.deep.equal([
        ['succeeded', null],
        ['expired', 'superseded'],
      ]);
      const { items: history } = await shop.unitOfWork.read(({ subscriptionHistory }) =>
        subscriptionHistory.list(viewer, { limit: 9 }),
      );
      expect(history.map(({ type }) => type)).to.deep.equal(['started', 'expired', 'payment-awaited']);
    }
  });

  it('opens what waits for its payer once, and buys it when they have paid', async () => {
    shop.line.charge = WAITING;
    const first = (await buy()).result;
    shop.clock.turn(30 * SECOND);
    shop.line.abandon = { ...WAITING, outcome: 'captured', checkoutUrl: null };
    expect((await refusalOf(buy())).code).to.equal('subscriptions.renewal-too-early');
    const { items } = await shop.billing.listPayments(order(viewer, null).actor, { limit: 9 });
    expect(items.map(({ status }) => status)).to.deep.equal(['succeeded']);
    expect(items[0]?.subscriptionId).to.equal(first.subscription?.subscription.id);
    expect(items[0]?.invoiceId).to.be.a('string');
  });
});
