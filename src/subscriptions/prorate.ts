import { later, type Instant } from '../kernel/instant.ts';
import { splitMinor } from '../kernel/money.ts';
import type { Validity } from './plan.ts';
import type { Stretch } from './stretch.ts';
import { periodAround } from './term.ts';

/**
 * What is unused of a stretch at `at`, with its part of the amount, by the millisecond; undefined when nothing
 * is. What is used and what is unused sum to the amount exactly.
 */
export function unusedOf({ start, end, minor }: Stretch, at: Instant): Stretch | undefined {
  if (end <= at) return undefined;
  const from = later(start, at);
  const [, unused = 0] = splitMinor(minor, [from - start, end - from]);
  return { start: from, end, minor: unused };
}

/**
 * What the rest of a term costs at another price: the time's share of a whole term. The whole is the term that
 * it lies in, also when the subscription, or the plan, began in the middle of it (getlago/lago-api#6194: a
 * shortened denominator made the second change in a period dearer than the term).
 */
export function prorate(
  { start, end }: Pick<Stretch, 'start' | 'end'>,
  of: { readonly anchor: Instant; readonly validity: Validity; readonly priceMinor: number },
): Stretch {
  const whole = periodAround(of.anchor, of.validity, start);
  // Behind a pause a stretch may lie across two terms, and be longer than the shorter of them.
  const rest = Math.max(0, whole.end - whole.start - (end - start));
  const [minor = 0] = splitMinor(of.priceMinor, [end - start, rest]);
  return { start, end, minor };
}
