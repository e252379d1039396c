import type { Instant } from '../kernel/instant.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Coupon, CouponRedemption, SubscriptionDiscount } from './coupon.ts';

export interface CouponStore {
  find(id: string): Promise<Coupon | undefined>;
  findByCode(code: string): Promise<Coupon | undefined>;
  /** Every coupon, newest first. */
  list(request: PageRequest): Promise<Page<Coupon>>;
  /** Stores a new coupon; a code in use is a lost race. */
  add(coupon: Coupon): Promise<void>;
  /**
   * Stores name, activity, maximum and end of a coupon whose `version` is one above the stored one; any other,
   * and a maximum below what is claimed, is a lost race. Leaves the counts alone.
   */
  save(coupon: Coupon): Promise<void>;
  /**
   * Counts one more claim in one conditional write, however many ask at once; false, and nothing counted, when
   * the coupon is not active, has ended at `now`, or is claimed `maxRedemptions` times.
   */
  claim(id: string, now: Instant): Promise<boolean>;
  /** Gives one claim back that was not redeemed; without one it rejects. */
  release(id: string): Promise<void>;
  /** Counts one of the claims as redeemed; without one it rejects. */
  redeem(id: string): Promise<void>;
}

export interface CouponRedemptionStore {
  find(of: { readonly couponId: string; readonly accountId: string }): Promise<CouponRedemption | undefined>;
  findByPayment(paymentId: string): Promise<CouponRedemption | undefined>;
  /** Stores a new one; a second of one coupon and account, or of one payment, is a lost race. */
  add(redemption: CouponRedemption): Promise<void>;
  /** Stores one whose `version` is one above the stored one; any other is a lost race. */
  save(redemption: CouponRedemption): Promise<void>;
  /** Removes one that is stored with this `version`; any other is a lost race. */
  remove(redemption: CouponRedemption): Promise<void>;
}

export interface SubscriptionDiscountStore {
  /** Those of a subscription, in the order of `since`. */
  listOf(subscriptionId: string): Promise<readonly SubscriptionDiscount[]>;
  /** Stores a new one; a second of one subscription and coupon is a lost race. */
  add(discount: SubscriptionDiscount): Promise<void>;
  /** Stores one whose `version` is one above the stored one; any other is a lost race. */
  save(discount: SubscriptionDiscount): Promise<void>;
  /** Removes one that is stored with this `version`; any other is a lost race. */
  remove(discount: SubscriptionDiscount): Promise<void>;
}

export interface CouponStores {
  readonly coupons: CouponStore;
  readonly couponRedemptions: CouponRedemptionStore;
  readonly subscriptionDiscounts: SubscriptionDiscountStore;
}
