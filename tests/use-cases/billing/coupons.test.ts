import { expect } from 'chai';
import type { Coupon, CouponDraft, Payment, PurchaseOrder } from '../../../src/billing/index.ts';
import { DAY, HOUR } from '../../../src/kernel/instant.ts';
import { order, putOnSale } from '../../world/billing.ts';
import { amountOff, couponDraft } from '../../world/coupons.ts';
import { nextId, NOW, plan } from '../../world/subscriptions.ts';
import { openRenewals, type Renewals } from './renewals.ts';

const TERM = 30 * DAY;

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
});

const make = (changes: Partial<CouponDraft> = {}): Promise<Coupon> =>
  world.billing.createCoupon(couponDraft(changes));
const buy = async (
  coupon: string,
  changes: Partial<PurchaseOrder> = {},
  accountId = world.viewer,
): Promise<Payment | null> => {
  const asked = order(accountId, world.monthly.id, { intent: 'subscribe', coupon, ...changes });
  return (await world.billing.purchase(asked)).result.payment;
};
const counts = async ({ id }: Coupon): Promise<unknown> => {
  const { claimed, timesRedeemed } = await world.billing.findCoupon(id);
  return [claimed, timesRedeemed];
};
/** Amounts of the account's payments, oldest first. */
const amounts = async (): Promise<readonly number[]> =>
  (await world.payments()).map(({ amountMinor }) => amountMinor).reverse();
const reasonOf = async (command: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await command.then(
    () => 'no refusal',
    (refused: unknown) => refused,
  );
  if (!(error instanceof Error) || !('code' in error) || !('details' in error)) return error;
  expect(error.code).to.equal('billing.coupon-not-applicable');
  return (error.details as { reason: unknown }).reason;
};

describe('buying with a coupon', () => {
  it('takes a share off, rounded half up, in any case of the code', async () => {
    const half = await make({ code: 'half', percentBasisPoints: 5_000 });
    const payment = await buy(' hALf ');
    expect(payment).to.include({ status: 'succeeded', amountMinor: 499, couponId: half.id });
    expect(payment?.pricing).to.deep.include({ subtotalMinor: 999, discountMinor: 500, nets: [499] });
    expect(await counts(half)).to.deep.equal([1, 1]);
  });

  it('takes an amount off, and never makes a charge negative', async () => {
    const five = await make(amountOff(500));
    const all = await make(amountOff(5_000));
    expect((await buy(five.code))?.amountMinor).to.equal(499);
    const other = nextId();
    const free = await buy(all.code, {}, other);
    expect(free).to.include({ status: 'succeeded', amountMinor: 0, gateway: null });
    const [balance] = await world.billing.balancesOf(order(other, null).actor);
    expect(balance).to.equal(undefined);
    expect(await counts(all)).to.deep.equal([1, 1]);
  });

  it('is refused for a reason each', async () => {
    const other = plan('other', 500, { price: { minor: 500, currency: 'EUR' } });
    await putOnSale(world.unitOfWork, other);
    const free = plan('free', 0);
    await putOnSale(world.unitOfWork, free);
    const past = await make({ redeemBy: NOW });
    const off = await make({ isActive: false });
    const elsewhere = await make({ planIds: [other.id] });
    const one = await make({ maxRedemptions: 1 });
    await buy(one.code, {}, nextId());
    const answers = [
      await reasonOf(buy('NOBODY-KNOWS-IT')),
      await reasonOf(buy(past.code)),
      await reasonOf(buy(off.code)),
      await reasonOf(buy(elsewhere.code)),
      await reasonOf(buy(one.code)),
      await reasonOf(buy((await make(amountOff(100))).code, { planId: other.id })),
      await reasonOf(buy((await make()).code, { planId: free.id })),
    ];
    const reasons = ['unknown', 'expired', 'inactive', 'plan', 'exhausted', 'currency', 'nothing_to_pay'];
    expect(answers).to.deep.equal(reasons);
    expect(await world.payments()).to.deep.equal([]);
    expect(world.charges).to.have.length(1);
  });

  it('is for each account once, whatever became of the coupon', async () => {
    const coupon = await make({ maxRedemptions: 1 });
    await buy(coupon.code);
    await world.billing.reviseCoupon(coupon.id, { isActive: false });
    expect(await reasonOf(buy(coupon.code, { intent: 'renew', planId: null }))).to.equal('used');
  });

  it('gives it back when the payment is declined', async () => {
    const coupon = await make({ maxRedemptions: 1 });
    await buy(coupon.code, { paymentMethod: 'pm_declined' }).catch(() => null);
    expect(await counts(coupon)).to.deep.equal([0, 0]);
    expect((await buy(coupon.code))?.amountMinor).to.equal(899);
    expect(await counts(coupon)).to.deep.equal([1, 1]);
  });

  it('holds it while the outcome is unknown, and gives it back when nothing was charged', async () => {
    const coupon = await make({ maxRedemptions: 1 });
    world.answers.push('lost-before');
    expect((await buy(coupon.code))?.status).to.equal('pending');
    expect(await counts(coupon)).to.deep.equal([1, 0]);
    expect(await reasonOf(buy(coupon.code, {}, nextId()))).to.equal('exhausted');
    await world.pass(HOUR);
    expect((await world.payments())[0]?.status).to.equal('failed');
    expect(await counts(coupon)).to.deep.equal([0, 0]);
  });

  it('redeems it when the answer was lost and the money came in', async () => {
    const coupon = await make({ maxRedemptions: 1, duration: 'forever' });
    world.answers.push('lost-after');
    await buy(coupon.code, { autoRenew: true, paymentMethod: 'pm_ok' });
    await world.pass(HOUR);
    expect(await counts(coupon)).to.deep.equal([1, 1]);
    await world.pass(TERM);
    expect(await amounts()).to.deep.equal([899, 899]);
  });

  it('gives it back when its payer never came', async () => {
    const coupon = await make({ maxRedemptions: 1 });
    expect((await buy(coupon.code, { paymentMethod: 'pm_requires_action' }))?.status).to.equal(
      'requires_action',
    );
    expect(await counts(coupon)).to.deep.equal([1, 0]);
    await world.pass(25 * HOUR);
    expect((await world.payments())[0]?.status).to.equal('expired');
    expect(await counts(coupon)).to.deep.equal([0, 0]);
  });

  it('is another’s to use when a purchase takes the place of the one that had it', async () => {
    const coupon = await make({ maxRedemptions: 1 });
    await buy(coupon.code, { paymentMethod: 'pm_requires_action' });
    world.clock.turn(HOUR);
    expect((await buy(coupon.code, { paymentMethod: 'pm_ok' }))?.status).to.equal('succeeded');
    expect(await counts(coupon)).to.deep.equal([1, 1]);
  });
});

describe('keeping coupons', () => {
  const codeOf = async (command: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await command.catch((refused: unknown) => refused);
    return error instanceof Error && 'code' in error ? error.code : error;
  };

  it('refuses a code in use, in any case, and a plan that does not exist', async () => {
    await make({ code: 'SUMMER' });
    expect(await codeOf(make({ code: 'summer' }))).to.equal('billing.coupon-code-taken');
    expect(await codeOf(make({ planIds: [nextId()] }))).to.equal('request.invalid');
    expect(await codeOf(make({ planIds: ['none'] }))).to.equal('request.invalid');
    expect(await codeOf(make({ code: '?' }))).to.equal('request.invalid');
  });

  it('changes who may still use it, and not below what was used', async () => {
    const coupon = await make();
    for (let count = 0; count < 2; count += 1) await buy(coupon.code, {}, nextId());
    expect(await codeOf(world.billing.reviseCoupon(coupon.id, { maxRedemptions: 1 }))).to.equal(
      'billing.coupon-below-redeemed',
    );
    expect(await codeOf(world.billing.reviseCoupon(coupon.id, { maxRedemptions: 0 }))).to.equal(
      'request.invalid',
    );
    const revised = await world.billing.reviseCoupon(coupon.id, { name: 'Two', maxRedemptions: 2 });
    expect(revised).to.include({ name: 'Two', maxRedemptions: 2, claimed: 2, timesRedeemed: 2 });
    expect(await reasonOf(buy(coupon.code))).to.equal('exhausted');
    expect(await world.billing.findCoupon(coupon.id)).to.deep.equal(revised);
  });

  it('knows no coupon by an id that is none', async () => {
    for (const id of ['none', nextId()]) {
      expect(await codeOf(world.billing.findCoupon(id))).to.equal('request.not-found');
      expect(await codeOf(world.billing.reviseCoupon(id, {}))).to.equal('request.not-found');
    }
  });

  it('lists the newest first', async () => {
    const first = await make();
    world.clock.turn(1);
    const second = await make();
    const { items } = await world.billing.listCoupons({ limit: 9 });
    expect(items.map(({ id }) => id)).to.deep.equal([second.id, first.id]);
  });
});
