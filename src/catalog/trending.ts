import { after, DAY, instant, type Instant } from '../kernel/instant.ts';

/** Views of one title on one day of UTC. */
export interface DayViews {
  readonly titleId: string;
  /** Where the day begins. */
  readonly day: Instant;
  readonly views: number;
}

/** Where a title stands among those that are watched now. */
export interface Trend {
  readonly titleId: string;
  readonly score: number;
  /** When the score is another without any view: the next midnight of UTC, or never. */
  readonly dueAt: Instant | null;
}

const TRENDING_DAYS = 7;

/** What a view of today adds to the score of its title; one of yesterday counts half of it, and so on. */
export const VIEW_TODAY = 2 ** (TRENDING_DAYS - 1);

export const dayOf = (at: Instant): Instant => instant(Math.floor(at / DAY) * DAY);

export const daysBetween = (earlier: Instant, later: Instant): number =>
  (dayOf(later) - dayOf(earlier)) / DAY;

/** The first of the days that count at `now`. */
export const trendingSince = (now: Instant): Instant => after(dayOf(now), -(TRENDING_DAYS - 1) * DAY);

/** Views of the last seven days, today's and the six before, each day worth half of the next: a whole number. */
export function trendOf(titleId: string, days: readonly DayViews[], now: Instant): Trend {
  let score = 0;
  for (const { day, views } of days.filter((each) => each.titleId === titleId)) {
    const age = daysBetween(day, now);
    if (age >= 0 && age < TRENDING_DAYS) score += (views * VIEW_TODAY) / 2 ** age;
  }
  return { titleId, score, dueAt: score > 0 ? after(dayOf(now), DAY) : null };
}
