import type { Instant } from '../kernel/instant.ts';
import type { Quote, SubscriptionStores } from '../subscriptions/index.ts';
import { normaliseCode } from './coupon-rules.ts';
import {
  paysTerm,
  periodsLeftAfter,
  spent,
  unfit,
  unusable,
  type Coupon,
  type CouponRedemption,
  type SubscriptionDiscount,
} from './coupon.ts';
import type { CouponStores } from './coupon-ports.ts';
import type { Reduction } from './pricing.ts';
import { refusals } from './refusals.ts';

/** What a coupon takes off one purchase. */
export interface Discount extends Reduction {
  readonly couponId: string;
  /** Of `fixedMinor`. */
  readonly currency: string | null;
}

export type DiscountStores = CouponStores & Pick<SubscriptionStores, 'plans'>;

export interface Reservation {
  /** As the payer wrote it. */
  readonly code: string;
  readonly accountId: string;
  readonly paymentId: string;
  readonly quote: Quote;
  readonly now: Instant;
}

/**
 * Sets a coupon aside for a purchase, behind the account's lock. The store counts, so that no more than
 * `maxRedemptions` are ever out, whoever asks at once. Refuses with `billing.coupon-not-applicable`, and why.
 */
export async function reserveCoupon(
  stores: DiscountStores,
  { code, accountId, paymentId, quote, now }: Reservation,
): Promise<Discount> {
  const coupon = await stores.coupons.findByCode(normaliseCode(code));
  if (!coupon) throw refusals.couponNotApplicable('unknown');
  // Who used it hears that, whatever else became of it since.
  if (await stores.couponRedemptions.find({ couponId: coupon.id, accountId }))
    throw refusals.couponNotApplicable('used');
  const reason = unusable(coupon, now) ?? unfit(coupon, quote);
  if (reason !== undefined) throw refusals.couponNotApplicable(reason);
  if (!(await stores.coupons.claim(coupon.id, now))) throw await changedMeanwhile(stores, coupon, now);
  await stores.couponRedemptions.add({
    ...{ couponId: coupon.id, accountId, paymentId },
    status: 'reserved',
    createdAt: now,
    version: 1,
  });
  return sizedFor(stores, coupon, quote);
}

/** Others took the last, or an admin ended it, since it was looked at. */
async function changedMeanwhile({ coupons }: CouponStores, { id }: Coupon, now: Instant): Promise<Error> {
  const current = await coupons.find(id);
  return refusals.couponNotApplicable((current && unusable(current, now)) ?? 'exhausted');
}

/**
 * What the coupon takes off this purchase. A fixed amount is meant for a whole term: off what a change of plan
 * costs for a part of one, it is that part (rounded down). Else changing to and fro would earn money.
 */
async function sizedFor({ plans }: DiscountStores, coupon: Coupon, quote: Quote): Promise<Discount> {
  const { id: couponId, percentBasisPoints, fixedMinor, currency } = coupon;
  const discount = { couponId, percentBasisPoints, fixedMinor, currency };
  if (fixedMinor === null || !quote.charges.some(({ prorated }) => prorated)) return discount;
  const version = await plans.findVersion(quote.planId, quote.termsVersion);
  const price = BigInt(version?.terms.price.minor ?? 0);
  const charged = quote.charges.reduce((sum, { minor }) => sum + BigInt(minor), 0n);
  return { ...discount, fixedMinor: price === 0n ? 0 : Number((BigInt(fixedMinor) * charged) / price) };
}

/** The discounts of a subscription that go on and fit what is bought, in the order in which they came. */
export async function discountsFor(
  stores: DiscountStores,
  { subscriptionId, quote }: { readonly subscriptionId: string; readonly quote: Quote },
): Promise<readonly Discount[]> {
  const running = await runningOf(stores, subscriptionId, quote);
  return Promise.all(running.map(({ coupon }) => sizedFor(stores, coupon, quote)));
}

interface Running {
  readonly discount: SubscriptionDiscount;
  readonly coupon: Coupon;
}

async function runningOf(
  { coupons, subscriptionDiscounts }: CouponStores,
  subscriptionId: string,
  quote: Quote,
): Promise<readonly Running[]> {
  const found: Running[] = [];
  for (const discount of await subscriptionDiscounts.listOf(subscriptionId)) {
    const coupon = await coupons.find(discount.couponId);
    if (!coupon) throw new Error(`the coupon ${discount.couponId} of ${subscriptionId} is gone`);
    if (unfit(coupon, quote) === undefined) found.push({ discount, coupon });
  }
  return found;
}

/** What of a settled purchase matters to discounts. */
export interface Settled {
  /** The payment's; with a trial, the id that it would have had. */
  readonly id: string;
  readonly quote: Quote;
}

/**
 * A purchase is settled: its coupon is redeemed, and what goes on of it stays on the subscription; every
 * discount that was taken off a term has one term less. In the transaction that settles it, and once.
 */
export async function redeemed(
  stores: DiscountStores,
  { id, quote }: Settled,
  subscription: { readonly id: string },
): Promise<void> {
  if (quote.subscriptionId !== null) {
    await countDown(stores, quote.subscriptionId, quote);
    if (quote.subscriptionId !== subscription.id)
      await moveDiscounts(stores, quote.subscriptionId, subscription.id);
  }
  const redemption = await stores.couponRedemptions.findByPayment(id);
  if (redemption?.status !== 'reserved') return;
  await stores.couponRedemptions.save({ ...redemption, status: 'redeemed', version: redemption.version + 1 });
  await stores.coupons.redeem(redemption.couponId);
  await attach(stores, { redemption, quote, subscriptionId: subscription.id });
}

async function countDown(stores: CouponStores, subscriptionId: string, quote: Quote): Promise<void> {
  if (!paysTerm(quote)) return;
  for (const { discount } of await runningOf(stores, subscriptionId, quote)) {
    const left = spent(discount);
    if (left) await stores.subscriptionDiscounts.save(left);
    else await stores.subscriptionDiscounts.remove(discount);
  }
}

/** Paid too late to extend what has ended, a renewal starts anew: what was promised goes on there. */
async function moveDiscounts(
  { subscriptionDiscounts }: CouponStores,
  from: string,
  subscriptionId: string,
): Promise<void> {
  for (const discount of await subscriptionDiscounts.listOf(from)) {
    await subscriptionDiscounts.remove(discount);
    await subscriptionDiscounts.add({ ...discount, subscriptionId, version: 1 });
  }
}

async function attach(
  { coupons, subscriptionDiscounts }: CouponStores,
  {
    redemption: { couponId, createdAt },
    quote,
    subscriptionId,
  }: {
    readonly redemption: CouponRedemption;
    readonly quote: Quote;
    readonly subscriptionId: string;
  },
): Promise<void> {
  const coupon = await coupons.find(couponId);
  if (!coupon) throw new Error(`the coupon ${couponId} is gone`);
  const periodsLeft = periodsLeftAfter(coupon, quote);
  if (periodsLeft === 0) return;
  await subscriptionDiscounts.add({ subscriptionId, couponId, periodsLeft, since: createdAt, version: 1 });
}

/** A purchase came to nothing: its coupon can be used again, by anybody. Again it changes nothing. */
export async function releaseCoupon(
  { coupons, couponRedemptions }: CouponStores,
  paymentId: string,
): Promise<void> {
  const redemption = await couponRedemptions.findByPayment(paymentId);
  if (redemption?.status !== 'reserved') return;
  await couponRedemptions.remove(redemption);
  await coupons.release(redemption.couponId);
}
