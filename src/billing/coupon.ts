import type { Instant } from '../kernel/instant.ts';
import type { Quote } from '../subscriptions/index.ts';

export const COUPON_DURATIONS = ['once', 'repeating', 'forever'] as const;
export type CouponDuration = (typeof COUPON_DURATIONS)[number];

/** A code that takes something off a price. What it takes off never changes: only who may still use it does. */
export interface Coupon {
  readonly id: string;
  /** In capitals: whoever types it need not care. Unique. */
  readonly code: string;
  readonly name: string;
  /** Hundredths of a per cent, 1 to 10,000. Exactly one of this and `fixedMinor` is set. */
  readonly percentBasisPoints: number | null;
  readonly fixedMinor: number | null;
  /** Of `fixedMinor`. */
  readonly currency: string | null;
  readonly duration: CouponDuration;
  /** With `repeating`: how many terms it is taken off, the first included. */
  readonly durationPeriods: number | null;
  readonly maxRedemptions: number | null;
  /** From then on nobody can use it any more; null: no end. */
  readonly redeemBy: Instant | null;
  /** The plans it is for; null: all. */
  readonly planIds: readonly string[] | null;
  readonly isActive: boolean;
  /** Redeemed, or reserved by a purchase under way: never above `maxRedemptions`. Counted by the store alone. */
  readonly claimed: number;
  /** Redeemed for good: counted by the store alone. */
  readonly timesRedeemed: number;
  readonly createdAt: Instant;
  /** Of what an admin may change; the counts move without it. */
  readonly version: number;
}

export type CouponDraft = Omit<Coupon, 'id' | 'claimed' | 'timesRedeemed' | 'createdAt' | 'version'>;

/** What can be changed about a coupon that people may already hold. */
export type CouponChanges = Partial<Pick<Coupon, 'name' | 'isActive' | 'maxRedemptions' | 'redeemBy'>>;

export const createCoupon = (
  draft: CouponDraft,
  made: { readonly id: string; readonly now: Instant },
): Coupon => ({
  ...draft,
  id: made.id,
  claimed: 0,
  timesRedeemed: 0,
  createdAt: made.now,
  version: 1,
});

export const reviseCoupon = (coupon: Coupon, changes: CouponChanges): Coupon => ({
  ...coupon,
  ...changes,
  version: coupon.version + 1,
});

/** One account's use of one coupon: there is at most one of each pair. */
export interface CouponRedemption {
  readonly couponId: string;
  readonly accountId: string;
  /** The payment it was named with; with a trial, the id that payment would have had. */
  readonly paymentId: string;
  readonly status: 'reserved' | 'redeemed';
  readonly createdAt: Instant;
  readonly version: number;
}

/** A discount that goes on: it is taken off each further term of a subscription. */
export interface SubscriptionDiscount {
  readonly subscriptionId: string;
  readonly couponId: string;
  /** Terms that it is still taken off; null: all to come. */
  readonly periodsLeft: number | null;
  /** When its coupon was used: the earlier is taken off first. */
  readonly since: Instant;
  readonly version: number;
}

/** Why a coupon cannot be used, or not for this purchase. */
export type Inapplicable =
  'unknown' | 'inactive' | 'expired' | 'exhausted' | 'used' | 'plan' | 'currency' | 'nothing_to_pay';

/** Why a coupon is of no use to anybody at `now`; undefined when it is. */
export function unusable(coupon: Coupon, now: Instant): Inapplicable | undefined {
  const { isActive, redeemBy, maxRedemptions, claimed } = coupon;
  if (!isActive) return 'inactive';
  if (redeemBy !== null && now >= redeemBy) return 'expired';
  return maxRedemptions !== null && claimed >= maxRedemptions ? 'exhausted' : undefined;
}

/**
 * Why a coupon does not fit a purchase; undefined when it does. A trial costs nothing yet, and the coupon is
 * kept for its first paid term; on what never costs anything it would be lost.
 */
export function unfit(
  { planIds, currency }: Pick<Coupon, 'planIds' | 'currency'>,
  { kind, planId, price }: Pick<Quote, 'kind' | 'planId' | 'price'>,
): Inapplicable | undefined {
  if (planIds !== null && !planIds.includes(planId)) return 'plan';
  if (currency !== null && currency !== price.currency) return 'currency';
  return price.minor === 0 && kind !== 'trial' ? 'nothing_to_pay' : undefined;
}

/** Whether a purchase pays for a whole term: then it uses up one of the terms that a discount is for. */
export const paysTerm = ({ charges }: Pick<Quote, 'charges'>): boolean =>
  charges.some(({ prorated }) => !prorated);

/** The terms that are left of a coupon once the purchase that brought it is settled; 0: it is used up. */
export function periodsLeftAfter(
  { duration, durationPeriods }: Pick<Coupon, 'duration' | 'durationPeriods'>,
  quote: Pick<Quote, 'charges'>,
): number | null {
  if (duration === 'forever') return null;
  const periods = duration === 'once' ? 1 : (durationPeriods ?? 1);
  // A change of plan within a term uses a coupon that is for once, too: there is nothing further to wait for.
  const spent = paysTerm(quote) || (duration === 'once' && quote.charges.length > 0);
  return spent ? periods - 1 : periods;
}

/** One term less; undefined when that was the last. */
export function spent(discount: SubscriptionDiscount): SubscriptionDiscount | undefined {
  const { periodsLeft, version } = discount;
  if (periodsLeft === 1) return undefined;
  return {
    ...discount,
    periodsLeft: periodsLeft === null ? null : periodsLeft - 1,
    version: version + 1,
  };
}
