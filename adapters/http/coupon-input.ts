import { z } from 'zod';
import {
  billingRefusals,
  COUPON_DURATIONS,
  COUPON_LIMITS,
  type CouponChanges,
  type CouponDraft,
} from '../../src/billing/index.ts';
import { fromDecimal } from '../../src/kernel/money.ts';
import { Currency, InstantText } from './schemas.ts';

/** A coupon as a body brings it. What the domain judges (codes, sizes, durations) is left to it. */

const changeable = {
  name: z.string().trim().min(1).max(COUPON_LIMITS.nameLength),
  is_active: z.boolean(),
  max_redemptions: z
    .number()
    .int()
    .min(1)
    .max(COUPON_LIMITS.redemptions)
    .nullable()
    .meta({ description: 'By how many accounts it can be used; null: any number.' }),
  redeem_by: InstantText.nullable().meta({
    description: 'From then on nobody can use it any more. What was redeemed goes on.',
  }),
};

export const CouponBody = z.object({
  code: z.string().max(60).meta({ description: '3 to 40 of A–Z, 0–9, - and _, in any case.' }),
  name: changeable.name.optional().meta({ description: 'The code, when left out.' }),
  percent_off: z
    .number()
    .positive()
    .max(100)
    .optional()
    .meta({ description: '0.01 to 100, with at most two decimals. This or amount_off.' }),
  amount_off: z
    .string()
    .max(20)
    .optional()
    .meta({ description: 'A decimal, such as "5.00", with currency.' }),
  currency: Currency.optional(),
  duration: z
    .enum(COUPON_DURATIONS)
    .default('once')
    .meta({ description: 'For how many terms it is taken off: one, duration_in_periods, or all.' }),
  duration_in_periods: z.number().int().min(1).max(COUPON_LIMITS.periods).optional(),
  max_redemptions: changeable.max_redemptions.default(null),
  redeem_by: changeable.redeem_by.default(null),
  plan_ids: z
    .array(z.string().max(100))
    .max(COUPON_LIMITS.plans)
    .nullable()
    .default(null)
    .meta({ description: 'The plans it is for; null: all.' }),
  is_active: changeable.is_active.default(true),
});

export const CouponChangesBody = z.object(changeable).partial();

const invalid = (pointer: string, detail: string): Error => billingRefusals.invalid([{ pointer, detail }]);

export const couponDraft = (body: z.output<typeof CouponBody>): CouponDraft => ({
  code: body.code,
  name: body.name ?? body.code.trim().toUpperCase(),
  percentBasisPoints: body.percent_off === undefined ? null : basisPoints(body.percent_off),
  fixedMinor: body.amount_off === undefined ? null : minorOf(body.amount_off, body.currency),
  currency: body.currency ?? null,
  duration: body.duration,
  durationPeriods: body.duration_in_periods ?? null,
  maxRedemptions: body.max_redemptions,
  redeemBy: body.redeem_by,
  planIds: body.plan_ids,
  isActive: body.is_active,
});

/** A number of JSON is binary: 0.29 times 100 is not 29, so it is rounded, and must have been near. */
function basisPoints(percent: number): number {
  const points = Math.round(percent * 100);
  if (points < 1 || Math.abs(percent * 100 - points) > 1e-6)
    throw invalid('/percent_off', 'is 0.01 to 100, with at most two decimals');
  return points;
}

function minorOf(text: string, currency: string | undefined): number {
  if (currency === undefined) throw invalid('/currency', 'goes with amount_off');
  const found = fromDecimal(text, currency);
  if (!found) throw invalid('/amount_off', `must be an amount of ${currency}`);
  return found.minor;
}

/** The fields that were sent. */
export const couponChanges = (body: z.output<typeof CouponChangesBody>): CouponChanges => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
  ...(body.max_redemptions === undefined ? {} : { maxRedemptions: body.max_redemptions }),
  ...(body.redeem_by === undefined ? {} : { redeemBy: body.redeem_by }),
});
