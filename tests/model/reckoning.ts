/** Calendar and proportions of the reference model: written anew from rules.md, so that an error is made twice or found. */
export const SECOND = 1_000;
export const HOUR = 3_600 * SECOND;
export const DAY = 24 * HOUR;

export type PlanKey = 'days' | 'cheap' | 'monthly' | 'yearly' | 'tried' | 'free';

export interface PlanSketch {
  readonly price: number;
  readonly days?: number;
  readonly months?: number;
  readonly trialDays: number;
  readonly graceDays: number;
}

/** Two of 30 days, two of a month, one with a trial, one free; no two that follow each other with the same grace. */
export const PLANS: Readonly<Record<PlanKey, PlanSketch>> = {
  days: { price: 999, days: 30, trialDays: 0, graceDays: 3 },
  cheap: { price: 101, days: 30, trialDays: 0, graceDays: 0 },
  monthly: { price: 1_250, months: 1, trialDays: 0, graceDays: 5 },
  yearly: { price: 9_900, months: 12, trialDays: 0, graceDays: 10 },
  tried: { price: 1_499, months: 1, trialDays: 7, graceDays: 1 },
  free: { price: 0, days: 30, trialDays: 0, graceDays: 3 },
};

/** Where the terms counted from `anchor` come to after `count` of them (which may lie before it). */
export function termEnd(anchor: number, { days, months = 0 }: PlanSketch, count: number): number {
  if (days !== undefined) return anchor + count * days * DAY;
  const date = new Date(anchor);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + count * months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) + (anchor % DAY);
}

export const sameLength = (a: PlanSketch, b: PlanSketch): boolean =>
  a.days === b.days && a.months === b.months;

const MILLION = 1_000_000n;

/**
 * What is used of an amount when so much of its time is: to the nearest unit, halves up. `carry`, in millionths of a
 * unit, is what was counted too little as used before, and what is now.
 */
export function usedOf(
  { minor, carry }: { readonly minor: number; readonly carry: number },
  { part, whole }: { readonly part: number; readonly whole: number },
): { readonly used: number; readonly carry: number } {
  const exact = BigInt(minor) * MILLION * BigInt(part) + BigInt(carry) * BigInt(whole);
  const unit = MILLION * BigInt(whole);
  const used = Math.min(Math.max(Number(below(2n * exact + unit, 2n * unit)), 0), minor);
  return { used, carry: Number(below(exact - BigInt(used) * unit, BigInt(whole))) };
}

const below = (of: bigint, by: bigint): bigint => (of - (((of % by) + by) % by)) / by;

/** What so much time costs on a plan whose terms are counted from `anchor`: its part of the term it begins in. */
export function priceOf(
  time: { readonly start: number; readonly end: number },
  plan: PlanSketch,
  anchor: number,
): number {
  const { start, end } = time;
  let term = 0;
  while (termEnd(anchor, plan, term) > start) term -= 1;
  while (termEnd(anchor, plan, term + 1) <= start) term += 1;
  const whole = termEnd(anchor, plan, term + 1) - termEnd(anchor, plan, term);
  return usedOf({ minor: plan.price, carry: 0 }, { part: end - start, whole: Math.max(whole, end - start) })
    .used;
}
