import { after, DAY, monthsAfter, type Instant } from '../kernel/instant.ts';
import type { Validity } from './plan.ts';

/** A term, half-open: at its end the next one runs. */
export interface Term {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * When the `count`th term from `anchor` ends. Days are 86,400 s of UTC; months are counted from the anchor
 * and clamped to the month's end, so a short month does not shorten those behind it.
 */
export const termEnd = (anchor: Instant, validity: Validity, count: number): Instant =>
  'days' in validity
    ? after(anchor, count * validity.days * DAY)
    : monthsAfter(anchor, count * validity.months);

/** The term, of those counted from `anchor`, that `at` lies in; before the anchor the first. */
export function termAt(anchor: Instant, validity: Validity, at: Instant): Term {
  const longestDays = 'days' in validity ? validity.days : validity.months * 31;
  // Never beyond the term that is sought; months shorter than 31 days leave a few steps to go.
  let index = Math.max(0, Math.floor((at - anchor) / (longestDays * DAY)));
  while (termEnd(anchor, validity, index + 1) <= at) index += 1;
  return { start: termEnd(anchor, validity, index), end: termEnd(anchor, validity, index + 1) };
}

/** The term that `at` lies in, of those counted from `anchor` in both directions. */
export function periodAround(anchor: Instant, validity: Validity, at: Instant): Term {
  if (at >= anchor) return termAt(anchor, validity, at);
  let index = -1;
  while (termEnd(anchor, validity, index) > at) index -= 1;
  return { start: termEnd(anchor, validity, index), end: termEnd(anchor, validity, index + 1) };
}
