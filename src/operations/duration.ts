import { DAY, HOUR, instant, MINUTE, monthsAfter, SECOND, type Instant } from '../kernel/instant.ts';

/** Calendar months are counted on the calendar, everything else in milliseconds; a day is 24 hours of UTC. */
export interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

const PATTERN =
  /^P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,3}))?S)?)?$/;

/** The duration that an ISO 8601 text names, or undefined: no sign, and a fraction only of seconds. */
export function parseDuration(text: string): Duration | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const fraction = Number((match[8] ?? '').padEnd(3, '0'));
  return {
    months: part(1) * 12 + part(2),
    milliseconds:
      (part(3) * 7 + part(4)) * DAY + part(5) * HOUR + part(6) * MINUTE + part(7) * SECOND + fraction,
  };
}

const MAX_YEARS = 10;

/**
 * `duration` after `start`, months first; undefined beyond ten years. Durations are never negative, so the
 * answer is never before `start`.
 */
export function advanced(start: Instant, { months, milliseconds }: Duration): Instant | undefined {
  if (months > MAX_YEARS * 12) return undefined;
  const target = monthsAfter(start, months) + milliseconds;
  return target <= monthsAfter(start, MAX_YEARS * 12) ? instant(target) : undefined;
}
