import { later, type Instant } from '../kernel/instant.ts';
import { splitMinor } from '../kernel/money.ts';
import type { Validity } from './plan.ts';
import type { Stretch } from './stretch.ts';
import { periodAround } from './term.ts';

const MILLION = 1_000_000n;

/**
 * What is unused of a stretch at `at`, with its part of the amount, by the millisecond; undefined when nothing
 * is. What is used (to the nearest unit, half up) and what is unused sum to the amount exactly; `carry` is what
 * the rounding left, for whoever reckons with the same time again.
 */
export function unusedOf(stretch: Stretch, at: Instant): Stretch | undefined {
  const { start, end, minor, carry = 0 } = stretch;
  if (end <= at) return undefined;
  const from = later(start, at);
  // Used and whole are millionths of a unit, times the length: an amount times milliseconds outgrows a number.
  const length = BigInt(end - start);
  const unit = length * MILLION;
  const exact = BigInt(minor) * BigInt(from - start) * MILLION + BigInt(carry) * length;
  const nearest = floor(2n * exact + unit, 2n * unit);
  const used = nearest < 0n ? 0n : nearest > BigInt(minor) ? BigInt(minor) : nearest;
  const left = Number(floor(exact - used * unit, length));
  return { ...withoutCarry(stretch), start: from, minor: minor - Number(used), ...carried(left) };
}

const floor = (of: bigint, by: bigint): bigint => of / by - (of % by < 0n ? 1n : 0n);

const withoutCarry = ({ carry: _, ...stretch }: Stretch): Stretch => stretch;

/** A carry, where there is one. */
export const carried = (carry: number): Pick<Stretch, 'carry'> => (carry === 0 ? {} : { carry });

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
