import { z } from 'zod';
import { COUPON_DURATIONS, type Coupon } from '../../../src/billing/index.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { money, toDecimal } from '../../../src/kernel/money.ts';
import { Currency, Decimal, Time, timeOf } from '../schemas.ts';

export const CouponView = z
  .object({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    percent_off: z.number().nullable(),
    amount_off: Decimal.nullable(),
    currency: Currency.nullable(),
    duration: z.enum(COUPON_DURATIONS),
    duration_in_periods: z.number().int().nullable(),
    max_redemptions: z.number().int().nullable(),
    times_redeemed: z.number().int().meta({
      description: 'By so many accounts. A purchase under way counts towards the maximum, but not here yet.',
    }),
    redeem_by: Time.nullable(),
    plan_ids: z.array(z.string()).nullable(),
    is_active: z.boolean(),
    created_at: Time,
  })
  .meta({ id: 'Coupon' });

export const couponView = (coupon: Coupon): z.input<typeof CouponView> => ({
  id: coupon.id,
  code: coupon.code,
  name: coupon.name,
  percent_off: coupon.percentBasisPoints === null ? null : coupon.percentBasisPoints / 100,
  amount_off:
    coupon.fixedMinor === null || coupon.currency === null
      ? null
      : toDecimal(money(coupon.fixedMinor, coupon.currency)),
  currency: coupon.currency,
  duration: coupon.duration,
  duration_in_periods: coupon.durationPeriods,
  max_redemptions: coupon.maxRedemptions,
  times_redeemed: coupon.timesRedeemed,
  redeem_by: timeOf(coupon.redeemBy),
  plan_ids: coupon.planIds === null ? null : [...coupon.planIds],
  is_active: coupon.isActive,
  created_at: toRfc3339(coupon.createdAt),
});
