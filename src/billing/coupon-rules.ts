import type { CouponChanges, CouponDraft } from './coupon.ts';
import { refusals } from './refusals.ts';

export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** Bounds of what an admin may ask for. */
export const COUPON_LIMITS = {
  nameLength: 120,
  basisPoints: 10_000,
  periods: 1_000,
  redemptions: 1_000_000_000,
  plans: 100,
} as const;

const CODE = /^[A-Z0-9_-]{3,40}$/;

/** A code as it is stored and looked for. */
export const normaliseCode = (code: string): string => code.trim().toUpperCase();

/** Refuses with `request.invalid` what cannot be a coupon, naming every fault. */
export function checkCoupon(draft: CouponDraft): void {
  const faults = [
    ...codeFaults(draft),
    ...sizeFaults(draft),
    ...durationFaults(draft),
    ...limitFaults(draft),
  ];
  if (faults.length > 0) throw refusals.invalid(faults);
}

/** The same for a change. */
export function checkCouponChanges(changes: CouponChanges): void {
  const faults = limitFaults(changes);
  if (faults.length > 0) throw refusals.invalid(faults);
}

const within = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= most;

const codeFaults = ({ code }: CouponDraft): readonly Fault[] =>
  CODE.test(code) ? [] : [{ pointer: '/code', detail: 'is 3 to 40 of A–Z, 0–9, - and _' }];

function sizeFaults({ percentBasisPoints, fixedMinor, currency }: CouponDraft): readonly Fault[] {
  if ((percentBasisPoints === null) === (fixedMinor === null))
    return [{ pointer: '/percent_off', detail: 'send exactly one of percent_off and amount_off' }];
  if (percentBasisPoints !== null && !within(percentBasisPoints, COUPON_LIMITS.basisPoints))
    return [{ pointer: '/percent_off', detail: 'is 0.01 to 100, with at most two decimals' }];
  if (fixedMinor !== null && !within(fixedMinor, Number.MAX_SAFE_INTEGER))
    return [{ pointer: '/amount_off', detail: 'is an amount above 0' }];
  if ((fixedMinor === null) !== (currency === null))
    return [{ pointer: '/currency', detail: 'goes with amount_off, and with nothing else' }];
  return [];
}

function durationFaults({ duration, durationPeriods }: CouponDraft): readonly Fault[] {
  const pointer = '/duration_in_periods';
  if ((duration === 'repeating') !== (durationPeriods !== null))
    return [{ pointer, detail: 'goes with the duration repeating, and with nothing else' }];
  if (durationPeriods !== null && !within(durationPeriods, COUPON_LIMITS.periods))
    return [{ pointer, detail: `is 1 to ${COUPON_LIMITS.periods}` }];
  return [];
}

function limitFaults({ name, maxRedemptions, planIds }: Partial<CouponDraft>): readonly Fault[] {
  const faults: Fault[] = [];
  if (name !== undefined && (name === '' || name.length > COUPON_LIMITS.nameLength))
    faults.push({ pointer: '/name', detail: `is 1 to ${COUPON_LIMITS.nameLength} characters` });
  const max = maxRedemptions ?? null;
  if (max !== null && !within(max, COUPON_LIMITS.redemptions))
    faults.push({ pointer: '/max_redemptions', detail: `is 1 to ${COUPON_LIMITS.redemptions}, or null` });
  const plans = planIds ?? null;
  if (plans !== null && (plans.length === 0 || plans.length > COUPON_LIMITS.plans))
    faults.push({ pointer: '/plan_ids', detail: `is 1 to ${COUPON_LIMITS.plans} plans, or null for all` });
  return faults;
}
