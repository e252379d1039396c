import { expect } from 'chai';
import type { Coupon, CouponDraft, Payment, PurchaseOrder } from '../../../src/billing/index.ts';
import { after, DAY, HOUR } from '../../../src/kernel/instant.ts';
import { order, putOnSale } from '../../world/billing.ts';
import { amountOff, couponDraft } from '../../world/coupons.ts';
import { NOW, plan } from '../../world/subscriptions.ts';
import { declined, openRenewals, type Renewals } from './renewals.ts';

const TERM = 30 * DAY;
/** A change of plan paid as the account pays. */
const unasked = { paymentMethod: null, idempotency: undefined } as const;

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
});

const make = (changes: Partial<CouponDraft> = {}): Promise<Coupon> =>
  world.billing.createCoupon(couponDraft(changes));
const buy = async (coupon: string, changes: Partial<PurchaseOrder> = {}): Promise<Payment | null> => {
  const asked = order(world.viewer, world.monthly.id, { intent: 'subscribe', coupon, ...changes });
  return (await world.billing.purchase(asked)).result.payment;
};
const counts = async ({ id }: Coupon): Promise<unknown> => {
  const { claimed, timesRedeemed } = await world.billing.findCoupon(id);
  return [claimed, timesRedeemed];
};
/** Amounts of the account's payments, oldest first. */
const amounts = async (): Promise<readonly number[]> =>
  (await world.payments()).map(({ amountMinor }) => amountMinor).reverse();

describe('a coupon that goes on', () => {
  const renewing = { autoRenew: true, paymentMethod: 'pm_ok' } as const;

  it('is taken off so many terms, the first included, and then no more', async () => {
    const coupon = await make({ ...amountOff(500), duration: 'repeating', durationPeriods: 3 });
    await buy(coupon.code, renewing);
    for (let term = 0; term < 4; term += 1) await world.pass(TERM);
    expect(await amounts()).to.deep.equal([499, 499, 499, 999, 999]);
    expect(await counts(coupon)).to.deep.equal([1, 1]);
  });

  it('is taken off for ever, by hand as well, also once the coupon has ended', async () => {
    const coupon = await make({ percentBasisPoints: 1_000, duration: 'forever', redeemBy: after(NOW, DAY) });
    await buy(coupon.code, renewing);
    await world.billing.reviseCoupon(coupon.id, { isActive: false });
    await world.billing.purchase(order(world.viewer, null, { intent: 'renew' }));
    for (let term = 0; term < 3; term += 1) await world.pass(TERM);
    expect(await amounts()).to.deep.equal([899, 899, 899, 899]);
  });

  it('is taken off a term that costs nothing by it, and counted there too', async () => {
    const coupon = await make({ percentBasisPoints: 10_000, duration: 'repeating', durationPeriods: 2 });
    await buy(coupon.code, renewing);
    for (let term = 0; term < 2; term += 1) await world.pass(TERM);
    expect(await amounts()).to.deep.equal([0, 0, 999]);
    expect(world.charges).to.have.length(1);
  });

  it('is not counted by a term that was not paid', async () => {
    const coupon = await make({ ...amountOff(500), duration: 'repeating', durationPeriods: 2 });
    await buy(coupon.code, renewing);
    world.answers.push(declined('card_declined'));
    await world.pass(TERM);
    await world.pass(2 * DAY + HOUR);
    const [retried, failed] = await world.payments();
    expect([failed?.status, failed?.amountMinor]).to.deep.equal(['failed', 499]);
    expect([retried?.status, retried?.amountMinor]).to.deep.equal(['succeeded', 499]);
    await world.pass(TERM);
    expect((await amounts()).at(-1)).to.equal(999);
  });

  it('waits through a trial for the first paid term, also when it is for once', async () => {
    const tasting = plan('tasting', 999, { trialDays: 14 });
    await putOnSale(world.unitOfWork, tasting);
    const coupon = await make(amountOff(500));
    expect(await buy(coupon.code, { ...renewing, planId: tasting.id })).to.equal(null);
    expect(await counts(coupon)).to.deep.equal([1, 1]);
    await world.pass(14 * DAY + HOUR);
    await world.pass(TERM);
    expect(await amounts()).to.deep.equal([499, 999]);
  });

  it('is joined by another at a renewal: the earlier is taken off first', async () => {
    const [ever, once] = [
      await make({ ...amountOff(400), duration: 'forever' }),
      await make({ percentBasisPoints: 5_000 }),
    ];
    await buy(ever.code);
    const renewed = await world.billing.purchase(
      order(world.viewer, null, { intent: 'renew', coupon: once.code }),
    );
    expect(renewed.result.payment?.amountMinor).to.equal(299);
  });

  it('is only for its plans, and is not counted by others', async () => {
    const other = plan('other', 1_999);
    await putOnSale(world.unitOfWork, other);
    const only = { planIds: [world.monthly.id], duration: 'repeating', durationPeriods: 2 } as const;
    const coupon = await make({ percentBasisPoints: 10_000, ...only });
    await buy(coupon.code, renewing);
    const { actor } = order(world.viewer, null);
    const changed = await world.billing.changePlan({
      actor,
      planId: other.id,
      proration: 'prorate',
      ...unasked,
    });
    expect(changed.result.pricing).to.deep.include({ discountMinor: 0, dueMinor: 1_999 });
    await world.pass(TERM + HOUR);
    expect((await amounts()).at(-1)).to.equal(1_999);
    const { id } = await world.current();
    const left = await world.unitOfWork.read((stores) => stores.subscriptionDiscounts.listOf(id));
    expect(left.map(({ periodsLeft }) => periodsLeft)).to.deep.equal([1]);
  });

  it('is taken off a change of plan by the part of the term that is left', async () => {
    const other = plan('other', 1_999);
    await putOnSale(world.unitOfWork, other);
    const coupon = await make({ ...amountOff(500), duration: 'forever' });
    await buy(coupon.code, renewing);
    world.clock.turn(15 * DAY);
    const { actor } = order(world.viewer, null);
    const there = await world.billing.changePlan({
      actor,
      planId: other.id,
      proration: 'prorate',
      ...unasked,
    });
    // Half of 19.99, less half of 5.00, less the unused half of 4.99.
    expect(there.result.pricing).to.deep.include({
      subtotalMinor: 1_000,
      discountMinor: 250,
      creditMinor: 249,
    });
    const back = await world.billing.changePlan({
      actor,
      planId: world.monthly.id,
      proration: 'prorate',
      ...unasked,
    });
    expect(back.result.pricing.subtotalMinor - back.result.pricing.discountMinor).to.equal(250);
    // What is given back is what was charged a moment ago: changing to and fro earns nothing.
    expect(back.result.pricing.creditMinor).to.equal(750);
  });
});
