import type { Instant } from '../kernel/instant.ts';

/**
 * A run of time, half-open, and what was paid for it after discounts, in minor units of the plan's currency.
 * What is unused of it is what a change of plan gives back.
 */
export interface Stretch {
  readonly start: Instant;
  readonly end: Instant;
  readonly minor: number;
  /** The payment that it was paid with: what of that went back is not given back again. Left out: unknown, or free. */
  readonly paymentId?: string;
  /**
   * What changes of plan so far counted too little (or, below 0, too much) as used, in millionths of a minor unit:
   * the next one counts it in. Else changing to and fro within half a unit's time would be free. Left out: 0.
   */
  readonly carry?: number;
  /** When its use began, where a pause came in between and moved the rest of it. Left out: at `start`. */
  readonly began?: Instant;
}

/** Stretches that were just paid for, as those of that payment; what was paid before stays what it was. */
export const paidWith = (stretches: readonly Stretch[], paymentId: string): readonly Stretch[] =>
  stretches.map((stretch) => (stretch.paymentId === undefined ? { ...stretch, paymentId } : stretch));

/** Those that are not wholly used by `at`. */
export const unspent = (stretches: readonly Stretch[], at: Instant): readonly Stretch[] =>
  stretches.every(({ end }) => end > at) ? stretches : stretches.filter(({ end }) => end > at);
