import { fromRfc3339, monthsAfter, toRfc3339, type Instant } from '../kernel/instant.ts';

/** A span of time, half-open. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** The calendar month of UTC that an instant lies in: `2026-01`. */
export const monthOf = (at: Instant): string => toRfc3339(at).slice(0, 'YYYY-MM'.length);

/** When a month begins and ends; undefined for what is no month. */
export function spanOf(month: string): Span | undefined {
  const from = /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? fromRfc3339(`${month}-01T00:00:00Z`) : undefined;
  return from === undefined ? undefined : { from, to: monthsAfter(from, 1) };
}

/** The whole month that an instant lies in. */
export function monthAround(at: Instant): Span {
  const span = spanOf(monthOf(at));
  if (!span) throw new RangeError(`${at} lies in no month`);
  return span;
}
