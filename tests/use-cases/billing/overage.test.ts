import { expect } from 'chai';
import type { Payment, PurchaseOrder } from '../../../src/billing/index.ts';
import { after, DAY, HOUR } from '../../../src/kernel/instant.ts';
import type { Plan } from '../../../src/subscriptions/index.ts';
import { order, putOnSale } from '../../world/billing.ts';
import { couponDraft } from '../../world/coupons.ts';
import { DOWNLOADS, overageBooks } from '../../world/meters.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { refusalOf } from './cast.ts';
import { openRenewals, type Renewals } from './renewals.ts';

const TERM = 30 * DAY;
const NOTHING = { billed: 0, held: 0, invoiced: 0 };

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
});

const actor = () => order(world.viewer, null).actor;
const buy = async (changes: Partial<PurchaseOrder> = {}, planId: string | null = world.monthly.id) =>
  (await world.billing.purchase(order(world.viewer, planId, changes))).result.payment;
const renew = (changes: Partial<PurchaseOrder> = {}) => buy({ intent: 'renew', ...changes }, null);
const use = (units: number, meter = DOWNLOADS): void => world.meters.use(world.viewer, units, meter);
const books = () => overageBooks(world.unitOfWork, world.viewer);
/** The overage of each of the viewer's invoices, in the order of their numbers. */
const overages = async (): Promise<readonly number[]> => {
  const { items } = await world.billing.listInvoices(actor(), { limit: 100 });
  return items
    .toSorted((a, b) => (a.number < b.number ? -1 : 1))
    .map(({ lines }) => lines.filter(({ kind }) => kind === 'overage'))
    .map((lines) => lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0));
};
const onSale = async (sold: Plan): Promise<Plan> => {
  await putOnSale(world.unitOfWork, sold);
  return sold;
};
const credit = (minor: number): Promise<void> =>
  world.unitOfWork.run(({ balances }) =>
    balances.save({ accountId: world.viewer, currency: 'USD', minor, version: 1 }),
  );

describe('the invoice of a term', () => {
  it('bills what was used over the limit, and the next one only what was used since', async () => {
    await world.subscribe('pm_ok');
    use(1_250);
    await world.pass(TERM);
    const [invoice] = (await world.billing.listInvoices(actor(), { limit: 1 })).items;
    expect(invoice?.lines.map(({ kind, description }) => `${kind}: ${description}`)).to.deep.equal([
      'plan: Standard',
      'overage: 1,250 × downloads over the limit',
    ]);
    expect(invoice).to.include({ subtotalMinor: 7_249, totalMinor: 7_249, dueMinor: 7_249 });
    expect(world.charges[1]?.amount).to.deep.equal({ minor: 7_249, currency: 'USD' });
    use(10);
    await world.pass(TERM);
    await world.pass(TERM);
    expect(await overages()).to.deep.equal([0, 6_250, 50, 0]);
    expect(await books()).to.deep.equal({ billed: 6_300, held: 0, invoiced: 6_300 });
  });

  it('bills it with a purchase, and with a renewal by hand', async () => {
    use(3);
    expect((await buy())?.amountMinor).to.equal(1_014);
    use(4);
    expect((await renew())?.amountMinor).to.equal(1_019);
    expect(await books()).to.deep.equal({ billed: 35, held: 0, invoiced: 35 });
  });

  it('bills it once when several missed terms are collected together', async () => {
    await world.subscribe('pm_ok');
    use(7);
    await world.pass(3 * TERM + HOUR);
    expect(await overages()).to.deep.equal([0, 35, 0, 0]);
  });

  it('bills it when a trial turns into a paid term, and not with the trial', async () => {
    const tasting = await onSale(plan('tasting', 999, { trialDays: 14 }));
    use(2);
    const trial = { intent: 'subscribe', autoRenew: true, paymentMethod: 'pm_ok' } as const;
    expect(await buy(trial, tasting.id)).to.equal(null);
    expect(await books()).to.deep.equal(NOTHING);
    use(1);
    await world.pass(14 * DAY);
    expect(await overages()).to.deep.equal([15]);
  });

  for (const [how, resume] of [
    ['by itself', () => world.pass(5 * DAY)],
    ['by hand', () => buy({ intent: 'resume' }, null)],
  ] as const)
    it(`bills it behind a pause that ends ${how}`, async () => {
      await world.subscribe('pm_ok');
      const resumesAt = after(world.clock.now(), TERM + 5 * DAY);
      await world.subscriptions.pause({ actor: actor(), when: 'period_end', resumesAt });
      await world.pass(TERM);
      use(6);
      await resume();
      expect((await world.current()).status).to.equal('active');
      expect(await overages()).to.deep.equal([0, 30]);
    });

  it('leaves it to the next one when the term begins later, and may be given back before', async () => {
    use(5);
    const startsAt = after(world.clock.now(), 3 * DAY);
    expect((await buy({ intent: 'subscribe', startsAt }))?.amountMinor).to.equal(999);
    expect(await books()).to.deep.equal(NOTHING);
    await world.pass(4 * DAY);
    expect((await renew())?.amountMinor).to.equal(1_024);
  });

  it('says each feature and each price in a line of its own, and only those in its currency', async () => {
    use(2);
    use(3, { ...DOWNLOADS, unitPriceMinor: 7 });
    use(4, { ...DOWNLOADS, feature: 'api_calls' });
    use(100, { ...DOWNLOADS, currency: 'EUR' });
    use(100, { ...DOWNLOADS, unitPriceMinor: 0 });
    const payment = await buy();
    const lines = payment?.pricing.lines.filter(({ kind }) => kind === 'overage');
    expect(lines?.map(({ description, amountMinor }) => [description, amountMinor])).to.deep.equal([
      ['4 × api calls over the limit', 20],
      ['2 × downloads over the limit', 10],
      ['3 × downloads over the limit', 21],
    ]);
    const euro = await onSale(plan('euro', 500, { price: { minor: 500, currency: 'EUR' } }));
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    expect((await buy({}, euro.id))?.amountMinor).to.equal(1_000);
  });

  it('bills as much as a payment may carry, and the rest on those that follow', async () => {
    use(25_000_000_000, { ...DOWNLOADS, unitPriceMinor: 1 });
    await world.subscribe('pm_ok');
    await world.pass(TERM);
    await world.pass(TERM);
    await world.pass(TERM);
    const most = 10_000_000_000;
    expect(await overages()).to.deep.equal([most, most, most / 2, 0]);
  });
});

describe('overage', () => {
  it('is not made less by a coupon, also where that leaves nothing of the plan', async () => {
    const coupon = await world.billing.createCoupon(couponDraft({ percentBasisPoints: 10_000 }));
    use(20);
    const payment = await buy({ coupon: coupon.code });
    expect(payment).to.include({ amountMinor: 100, gateway: 'simulated' });
    expect(payment?.pricing).to.include({ subtotalMinor: 1_099, discountMinor: 999 });
  });

  it('is paid from the balance as well, without a gateway when that is enough', async () => {
    await credit(2_000);
    use(20);
    expect(await buy()).to.include({ amountMinor: 0, gateway: null, status: 'succeeded' });
    expect(await books()).to.deep.equal({ billed: 100, held: 0, invoiced: 100 });
    expect(await world.billing.balancesOf(actor())).to.have.nested.property('[0].minor', 901);
  });

  it('is charged at the gateway with a plan that costs nothing', async () => {
    const free = await onSale(plan('free', 0));
    await buy({ intent: 'subscribe', autoRenew: true, paymentMethod: 'pm_ok' }, free.id);
    expect(world.charges).to.have.length(0);
    use(20);
    await world.pass(TERM);
    expect(world.charges.map(({ amount }) => amount.minor)).to.deep.equal([100]);
    expect((await world.current()).status).to.equal('active');
    expect(await books()).to.deep.equal({ billed: 100, held: 0, invoiced: 100 });
  });

  it('is revenue, and the books come to nothing', async () => {
    use(20);
    await buy();
    const sums = await world.billing.trialBalance();
    expect(sums.map(({ account, minor }) => [account, minor])).to.deep.equal([
      ['cash', 1_099],
      ['revenue', -1_099],
    ]);
  });

  it('goes back with its payment, and is not billed again', async () => {
    use(20);
    const payment = await buy();
    await refund(payment, '10.99');
    expect((await world.payments())[0]).to.include({ status: 'refunded', refundedMinor: 1_099 });
    expect((await renew())?.amountMinor).to.equal(999);
    expect(await books()).to.deep.equal({ billed: 100, held: 0, invoiced: 100 });
  });

  it('is no time that a change of plan gives back, and what is refunded first', async () => {
    const dearer = await onSale(plan('dearer', 1_999));
    const credited = async (): Promise<number> => {
      const change = { actor: actor(), planId: dearer.id, proration: 'prorate' } as const;
      return (await world.billing.previewChange(change)).pricing.creditMinor;
    };
    use(200);
    const payment = await buy();
    world.clock.turn(TERM / 2);
    expect(await credited()).to.equal(499);
    await refund(payment, '10.00');
    expect(await credited(), 'all of the overage is back').to.equal(499);
    await refund(payment, '5.00');
    expect(await credited(), 'and then about half of the time').to.equal(249);
  });

  it('is read before it is billed: what the meters showed long ago bills nothing twice', async () => {
    use(20);
    const old = await world.meters.overageOf(world.viewer);
    use(10);
    await buy();
    Object.assign(world.meters, { overageOf: async () => old });
    expect((await renew())?.amountMinor).to.equal(999);
    expect(await books()).to.deep.equal({ billed: 150, held: 0, invoiced: 150 });
  });

  it('is set aside by nothing that is refused', async () => {
    const yearly = await onSale(plan('yearly', 9_900, { validity: { days: 365 } }));
    await buy({}, yearly.id);
    use(20);
    expect((await refusalOf(renew())).code).to.equal('subscriptions.renewal-too-early');
    expect((await refusalOf(renew({ coupon: 'NONE' }))).code).to.equal('subscriptions.renewal-too-early');
    await world.pass(340 * DAY);
    expect((await refusalOf(renew({ coupon: 'NONE' }))).code).to.equal('billing.coupon-not-applicable');
    expect(await books()).to.deep.equal(NOTHING);
    expect((await renew())?.amountMinor).to.equal(10_000);
  });

  it('is of one account alone', async () => {
    use(20);
    expect((await world.subscribe('pm_ok', nextId())).payment?.amountMinor).to.equal(999);
  });
});

async function refund(payment: Payment | null, amount: string): Promise<void> {
  world.clock.turn(1);
  await world.billing.refundPayment({
    ...{ actor: { ...actor(), isAdmin: true }, paymentId: payment?.id ?? '', amount },
    ...{ endAccess: false, reason: null, idempotency: undefined },
  });
}
