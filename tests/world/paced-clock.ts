import { after, type Clock, type Instant } from '../../src/kernel/instant.ts';

/** Milliseconds of a clock that never runs back, and that all processes of one machine share. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Time that passes faster than the machine's own: what lapses after a second lapses in the middle of a race. */
export interface Pace {
  /** What time it was at `sinceMs`. */
  readonly from: Instant;
  /** Of `monotonicMs`. */
  readonly sinceMs: number;
  readonly speed: number;
}

/** What time it was at a moment of `monotonicMs`. */
export const pacedAt = ({ from, sinceMs, speed }: Pace, ms: number): Instant =>
  after(from, Math.floor((ms - sinceMs) * speed));

export const pacedClock = (pace: Pace): Clock => ({ now: () => pacedAt(pace, monotonicMs()) });
