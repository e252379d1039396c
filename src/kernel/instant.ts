declare const milliseconds: unique symbol;

/** A moment as whole UTC milliseconds since 1970. `Date` appears only at the edges. */
export type Instant = number & { readonly [milliseconds]: true };

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** A day is 86,400 s of UTC, whatever the process's time zone thinks. */
export const DAY = 24 * HOUR;

export const instant = (milliseconds: number): Instant => {
  if (!Number.isSafeInteger(milliseconds)) throw new RangeError(`not an instant: ${milliseconds}`);
  return milliseconds as Instant;
};

export const after = (start: Instant, milliseconds: number): Instant => instant(start + milliseconds);
export const before = (end: Instant, milliseconds: number): Instant => instant(end - milliseconds);
export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);

/** RFC 3339 in UTC with milliseconds, as the REST contract shows times. */
export const toRfc3339 = (at: Instant): string => new Date(at).toISOString();

/** The instant that an RFC 3339 text names, or undefined when it names none. */
export function fromRfc3339(text: string): Instant | undefined {
  const pattern = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
  const milliseconds = pattern.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : instant(milliseconds);
}

/**
 * `months` calendar months after `anchor`, clamped to the month's end: 31 January and one month is
 * 28 (or 29) February. Counting from the anchor each time keeps 31 March after a short February.
 */
export function monthsAfter(anchor: Instant, months: number): Instant {
  const date = new Date(anchor);
  const target = new Date(anchor);
  target.setUTCDate(1);
  target.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return instant(target.getTime());
}

/** The world's time, as a port: rules are given instants, use cases ask the clock once. */
export interface Clock {
  now(): Instant;
}
