import { after, DAY, instant, monthsAfter, type Instant } from '../kernel/instant.ts';
import type { Granted } from './granted.ts';

/** Half-open; without an end it never turns. */
export interface Period {
  readonly start: Instant;
  readonly end: Instant | null;
}

/** What the periods of a meter are counted by. */
export interface Calendar {
  /** The meter that is granted; null when only grants can feed it. */
  readonly granted: Granted | null;
  /** Days and months are counted from here. */
  readonly anchor: Instant;
  readonly term: Period;
}

/** What is counted for ever is counted from the beginning of time. */
const LIFETIME: Period = { start: instant(0), end: null };

/**
 * The period of a meter that `at` lies in. Days and months are counted from the anchor each time, never from the
 * last turn: no drift, and the 31st comes back after a short month (the drift of PayKit's meters, which turn at
 * "now plus interval", is what this rules out).
 */
export function meterPeriod({ granted, anchor, term }: Calendar, at: Instant): Period {
  switch (granted?.per ?? null) {
    case 'day':
      return dayOf(anchor, at);
    case 'month':
      return monthOf(anchor, at);
    case 'term':
      return term;
    case 'lifetime':
    case null:
      return LIFETIME;
  }
}

function dayOf(anchor: Instant, at: Instant): Period {
  const start = after(anchor, Math.floor((at - anchor) / DAY) * DAY);
  return { start, end: after(start, DAY) };
}

/** A month has 28 to 31 days: the first guess is never behind the month that is sought. */
function monthOf(anchor: Instant, at: Instant): Period {
  let index = at >= anchor ? Math.floor((at - anchor) / (31 * DAY)) : Math.floor((at - anchor) / (28 * DAY));
  while (monthsAfter(anchor, index + 1) <= at) index += 1;
  return { start: monthsAfter(anchor, index), end: monthsAfter(anchor, index + 1) };
}
