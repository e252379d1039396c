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

/** A run of time, and what was paid for it. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly minor: number;
}

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

/** What of a stretch is not used at `at`; of half a unit the used part has more. */
export function unused({ start, end, minor }: Stretch, at: number): Stretch {
  const from = Math.max(start, at);
  return { start: from, end, minor: share(minor, end - from, end - start, 0n) };
}

/** What the same time costs on a plan whose terms are counted from `anchor`: its part of the term it begins in. */
export function repriced({ start, end }: Stretch, plan: PlanSketch, anchor: number): Stretch {
  let term = 0;
  while (termEnd(anchor, plan, term) > start) term -= 1;
  while (termEnd(anchor, plan, term + 1) <= start) term += 1;
  const whole = termEnd(anchor, plan, term + 1) - termEnd(anchor, plan, term);
  return { start, end, minor: share(plan.price, end - start, Math.max(whole, end - start), 1n) };
}

/** `part / whole` of `total`, to the nearest unit; `halves` 1: up, 0: down. */
const share = (total: number, part: number, whole: number, halves: bigint): number =>
  Number((2n * BigInt(total) * BigInt(part) + BigInt(whole) - 1n + halves) / (2n * BigInt(whole)));

export const sum = (stretches: readonly Stretch[]): number =>
  stretches.reduce((total, { minor }) => total + minor, 0);
