import type { Instant } from '../kernel/instant.ts';

/**
 * A run of time, half-open, and what was paid for it after discounts, in minor units of the plan's currency.
 * What is unused of it is what a change of plan gives back.
 */
export interface Stretch {
  readonly start: Instant;
  readonly end: Instant;
  readonly minor: number;
}

/** Those that are not wholly used by `at`. */
export const unspent = (stretches: readonly Stretch[], at: Instant): readonly Stretch[] =>
  stretches.every(({ end }) => end > at) ? stretches : stretches.filter(({ end }) => end > at);
