import { after, SECOND, type Instant } from '../kernel/instant.ts';
import type { Rate } from './granted.ts';
import type { Meter } from './meter.ts';

const endOf = (since: Instant, { windowSeconds }: Rate): Instant => after(since, windowSeconds * SECOND);

/**
 * The meter with `units` counted in its rate window, or the instant at which there is room again. A window
 * begins with the first unit behind the last one.
 */
export function counted(
  meter: Meter,
  { units, rate, now }: { readonly units: number; readonly rate: Rate; readonly now: Instant },
): Meter | Instant {
  const { rateSince, rateUsed } = meter;
  const runs = rateSince !== null && now < endOf(rateSince, rate);
  if (runs && rateUsed + units <= rate.max) return { ...meter, rateUsed: rateUsed + units };
  if (!runs && units <= rate.max) return { ...meter, rateSince: now, rateUsed: units };
  return endOf(runs ? rateSince : now, rate);
}
