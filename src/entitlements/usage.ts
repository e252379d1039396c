import type { Instant } from '../kernel/instant.ts';

/** How much of a meter is used and left. */
export interface Usage {
  readonly feature: string;
  /** Of everything that feeds the meter now, and what went over; reserved units count. */
  readonly used: number;
  /** Of everything that feeds it: the plan's allowance, what rolled over, grants. -1 is unlimited. */
  readonly limit: number;
  /** -1 is unlimited. */
  readonly remaining: number;
  /** Units over the limit in this period. */
  readonly overage: number;
  /** When the plan's allowance turns; null: never. */
  readonly resetsAt: Instant | null;
}
