import { expect } from 'chai';
import type { ChangeOrder, Invoice } from '../../../src/billing/index.ts';
import { after, DAY, HOUR, MINUTE, monthsAfter, SECOND } from '../../../src/kernel/instant.ts';
import type { Plan } from '../../../src/subscriptions/index.ts';
import { order, putOnSale } from '../../world/billing.ts';
import { nextId, NOW, plan } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();
const { actor } = order(viewer, null);

describe('changing the plan', () => {
  let shop: Shop;
  let premium: Plan;
  let cheap: Plan;
  beforeEach(async () => {
    shop = await openShop();
    [premium, cheap] = [plan('premium', 1_999), plan('cheap', 199)];
    for (const each of [premium, cheap]) await putOnSale(shop.unitOfWork, each);
  });
  const buy = (planId = shop.standard.id) => shop.billing.purchase(order(viewer, planId));
  const request = (to: Plan, changes: Partial<ChangeOrder> = {}): ChangeOrder => ({
    actor,
    planId: to.id,
    proration: 'prorate',
    paymentMethod: null,
    idempotency: undefined,
    ...changes,
  });
  const change = async (to: Plan, changes: Partial<ChangeOrder> = {}) =>
    (await shop.billing.changePlan(request(to, changes))).result;
  const newest = async (): Promise<Invoice | undefined> =>
    (await shop.billing.listInvoices(actor, { limit: 1 })).items[0];
  const balance = async (): Promise<number> => (await shop.billing.balancesOf(actor))[0]?.minor ?? 0;

  it('charges for the rest of the term and gives back what is unused of it', async () => {
    await buy();
    shop.clock.turn(15 * DAY);
    const { pricing, payment, subscription } = await change(premium);
    expect(pricing.lines.map(({ kind, amountMinor }) => [kind, amountMinor])).to.deep.equal([
      ['proration', 1_000],
      // Of 9.99 the half is used with the odd cent.
      ['credit', -499],
    ]);
    expect(payment).to.include({ status: 'succeeded', amountMinor: 501 });
    expect(subscription?.plan.code).to.equal('premium');
    expect(subscription?.subscription.endsAt).to.equal(after(NOW, 30 * DAY));
    expect(await newest()).to.include({ totalMinor: 501, creditMinor: 499, dueMinor: 501 });
  });

  it('leaves what is given back beyond the charge on the balance, for the next invoice', async () => {
    await buy();
    shop.clock.turn(15 * DAY);
    const { payment } = await change(cheap);
    expect(payment).to.include({ status: 'succeeded', amountMinor: 0, gateway: null });
    expect(await newest()).to.include({ totalMinor: -399, creditLeftMinor: 399 });
    expect(await balance()).to.equal(399);
    const again = await change(premium);
    expect(again.pricing).to.include({ subtotalMinor: 1_000, creditMinor: 100, creditUsedMinor: 399 });
    expect(again.payment.amountMinor).to.equal(501);
    expect(await balance()).to.equal(0);
  });

  it('costs what the preview said when its instant is sent back, and the preview changes nothing', async () => {
    await buy();
    shop.clock.turn(11 * DAY + 7 * HOUR + 123);
    const before = await shop.unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer));
    const preview = await shop.billing.previewChange(request(premium));
    expect(await shop.unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer))).to.deep.equal(
      before,
    );
    expect(preview.subscription?.plan.code).to.equal('standard');
    shop.clock.turn(59 * MINUTE);
    const later = await shop.billing.previewChange(request(premium));
    expect(later.pricing.dueMinor).to.be.lessThan(preview.pricing.dueMinor);
    const { prorationDate } = preview;
    const { pricing } = await change(premium, { prorationDate });
    expect(pricing).to.deep.equal(preview.pricing);
    expect((await newest())?.lines).to.deep.equal(preview.pricing.lines);
  });

  it('refuses an instant that lies too far back, or ahead', async () => {
    await buy();
    shop.clock.turn(10 * DAY);
    for (const off of [-HOUR - 1, SECOND]) {
      const prorationDate = after(shop.clock.now(), off);
      expect((await refusalOf(change(premium, { prorationDate }))).code).to.equal(
        'subscriptions.proration-date',
      );
      expect(
        (await refusalOf(shop.billing.previewChange(request(premium, { prorationDate })))).code,
      ).to.equal('subscriptions.proration-date');
    }
  });

  it('takes no money with `none`, and the whole price with `full`', async () => {
    await buy();
    shop.clock.turn(15 * DAY);
    const none = await change(premium, { proration: 'none' });
    expect(none.payment).to.include({ amountMinor: 0, invoiceId: null });
    expect(none.pricing.lines).to.deep.equal([]);
    const full = await change(cheap, { proration: 'full' });
    expect(full.pricing).to.include({ subtotalMinor: 199, creditMinor: 0, dueMinor: 199 });
    expect(full.subscription?.subscription.endsAt).to.equal(after(NOW, 45 * DAY));
  });

  it('starts a full new term with another validity, and credits the unused part', async () => {
    await buy();
    shop.clock.turn(10 * DAY);
    const { pricing, subscription } = await change(shop.yearly);
    expect(pricing).to.include({ subtotalMinor: 9_900, creditMinor: 666, dueMinor: 9_234 });
    expect(subscription?.subscription.endsAt).to.equal(after(NOW, 375 * DAY));
  });

  it('leaves plan and money alone when it is declined', async () => {
    await buy();
    shop.clock.turn(15 * DAY);
    const refused = await refusalOf(change(premium, { paymentMethod: 'pm_declined' }));
    expect(refused.code).to.equal('billing.payment-declined');
    expect((await newest())?.number).to.equal('2026-000001');
    const held = await shop.unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer));
    expect(held?.planId).to.equal(shop.standard.id);
  });

  it('refuses what is no change, and where there is nothing to change', async () => {
    expect((await refusalOf(change(premium))).code).to.equal('subscriptions.no-current');
    await buy();
    expect((await refusalOf(change(shop.standard))).code).to.equal('subscriptions.same-plan');
    expect((await refusalOf(shop.billing.previewChange(request(shop.standard)))).code).to.equal(
      'subscriptions.same-plan',
    );
  });

  it('refuses a plan in another currency', async () => {
    const euros = plan('euros');
    const { price } = euros.terms;
    await putOnSale(shop.unitOfWork, {
      ...euros,
      terms: { ...euros.terms, price: { ...price, currency: 'EUR' } },
    });
    await buy();
    expect((await refusalOf(change(euros))).code).to.equal('subscriptions.currency-differs');
  });

  it('gives the money back when something happened to the subscription meanwhile', async () => {
    await buy();
    shop.clock.turn(15 * DAY);
    shop.line.charge = 'lost-after';
    const { payment } = await change(premium);
    expect(payment.status).to.equal('pending');
    await shop.unitOfWork.run(async (stores) => {
      const asked = { accountId: viewer, planId: cheap.id, intent: 'change', now: shop.clock.now() } as const;
      const how = { startsAt: null, autoRenew: false, proration: 'none', prorationDate: null } as const;
      const quote = await shop.operations.quotePurchase(stores, { ...asked, ...how });
      const { now } = asked;
      const other = { accountId: viewer, paymentId: nextId(), nets: null, actor, now };
      await shop.operations.applyPurchase(stores, { ...other, quote });
    });
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    const [refund] = await shop.unitOfWork.read(({ refunds }) => refunds.listOf(payment.id));
    expect(refund).to.include({ reason: 'subscriptions.changed-meanwhile', amountMinor: 501 });
    expect((await newest())?.number).to.equal('2026-000001');
  });

  it('happens once per key', async () => {
    await buy();
    shop.clock.turn(15 * DAY);
    const idempotency = { key: 'change', fingerprint: 'f' };
    const first = await shop.billing.changePlan(request(premium, { idempotency }));
    const second = await shop.billing.changePlan(request(premium, { idempotency }));
    expect([first.replayed, second.replayed]).to.deep.equal([false, true]);
    expect(second.result).to.deep.equal(first.result);
    expect((await newest())?.number).to.equal('2026-000002');
  });

  it('changes a trial without money', async () => {
    await shop.billing.purchase(order(viewer, shop.tasting.id, { intent: 'subscribe' }));
    shop.clock.turn(DAY);
    const { payment, subscription } = await change(premium);
    expect(payment).to.include({ amountMinor: 0, invoiceId: null, status: 'succeeded' });
    expect(subscription?.subscription).to.include({ status: 'trialing', endsAt: after(NOW, 14 * DAY) });
  });

  it('reckons months from the anchor over the end of February', async () => {
    const [small, large] = (['small', 'large'] as const).map((code, index) =>
      plan(code, (index + 1) * 3_100, { validity: { months: 1 } }),
    ) as [Plan, Plan];
    for (const each of [small, large]) await putOnSale(shop.unitOfWork, each);
    await buy(small.id);
    // 31 January to 28 February are 28 days.
    shop.clock.turn(14 * DAY);
    const { pricing, subscription } = await change(large);
    expect(pricing).to.include({ subtotalMinor: 3_100, creditMinor: 1_550, dueMinor: 1_550 });
    expect(subscription?.subscription.endsAt).to.equal(monthsAfter(NOW, 1));
  });
});
