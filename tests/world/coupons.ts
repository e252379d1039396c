import { createCoupon, type Coupon, type CouponDraft } from '../../src/billing/coupon.ts';
import { nextId, NOW } from './subscriptions.ts';

let codes = 0;

/** A coupon as an admin would ask for it: a tenth off, once, for everybody. */
export const couponDraft = (changes: Partial<CouponDraft> = {}): CouponDraft => ({
  code: `CODE-${(codes += 1)}`,
  name: 'A tenth off',
  percentBasisPoints: 1_000,
  fixedMinor: null,
  currency: null,
  duration: 'once',
  durationPeriods: null,
  maxRedemptions: null,
  redeemBy: null,
  planIds: null,
  isActive: true,
  ...changes,
});

/** So much off, instead of a share. */
export const amountOff = (minor: number, currency = 'USD'): Partial<CouponDraft> => ({
  percentBasisPoints: null,
  fixedMinor: minor,
  currency,
});

export const coupon = (changes: Partial<Coupon> = {}): Coupon => ({
  ...createCoupon(couponDraft(), { id: nextId(), now: NOW }),
  ...changes,
});
