import { HOUR, instant, type Instant } from '../kernel/instant.ts';
import { badCursor, decodeCursor, type Place } from '../kernel/page.ts';
import { daysBetween, VIEW_TODAY } from './trending.ts';

export const TITLE_SORTS = ['newest', 'popular', 'trending', 'title'] as const;
export type TitleSort = (typeof TITLE_SORTS)[number];

/** What a list is ordered by: `relevance` is the order of a search for which no sort was chosen. */
export type TitleOrder = TitleSort | 'relevance';

/** What one view adds to what a list is ordered by; null where views change nothing. */
export const VIEW_ADDS: Readonly<Record<TitleOrder, number | null>> = {
  newest: null,
  title: null,
  relevance: null,
  popular: 1,
  trending: VIEW_TODAY,
};

/** Where a page of titles ended. */
export interface TitlePlace {
  /** 0: the title's own words are what was searched for; 1: the others. Only `relevance` knows both. */
  readonly group: 0 | 1;
  readonly value: string | number;
  readonly id: string;
  /** Views after this instant are left out of the order, so that it is one order while pages are turned. */
  readonly asOf: Instant;
}

/** A place as the cursor says it, for `pageOf`: of one order, so that a cursor of another is refused. */
export const placeInCursor = (order: TitleOrder, { group, value, id, asOf }: TitlePlace): Place => ({
  value: `${order} ${group} ${asOf} ${value}`,
  id,
});

/** Reads a place back; refuses what is not one of this order. */
function placeFrom(cursor: string, order: TitleOrder): TitlePlace {
  const { value: text, id } = decodeCursor(cursor, 'string');
  const match = /^([a-z]+) ([01]) (\d{1,15}) (.*)$/su.exec(String(text));
  if (match?.[1] !== order) throw badCursor();
  const value = match[4] ?? '';
  const place = { group: match[2] === '1' ? 1 : 0, id, asOf: instant(Number(match[3])) } as const;
  if (order === 'title') return { ...place, value };
  if (!/^\d{1,15}$/.test(value)) throw badCursor();
  return { ...place, value: Number(value) };
}

/** From where a page goes on, and since when views are left out of it; `from` is null for a first page. */
export interface TitleStart {
  readonly from: TitlePlace | null;
  readonly viewsAfter: Instant | null;
}

/** Longer than this nobody turns pages of one list; until then all views have to be looked through. */
const STILL_MILLISECONDS = HOUR;

/**
 * The start of a page asked for at `now`. Within an hour of its first page a list stays in the order that it
 * had then, however often its titles are viewed meanwhile. Midnight halves all scores of `trending`, so a place
 * of yesterday is halved with them.
 */
export function startOf(cursor: string | undefined, order: TitleOrder, now: Instant): TitleStart {
  if (cursor === undefined) return { from: null, viewsAfter: null };
  const from = placeFrom(cursor, order);
  if (VIEW_ADDS[order] === null) return { from, viewsAfter: null };
  const days = order === 'trending' ? Math.max(0, daysBetween(from.asOf, now)) : 0;
  const isStill = from.asOf <= now && now - from.asOf <= STILL_MILLISECONDS;
  if (days === 0) return { from, viewsAfter: isStill ? from.asOf : null };
  return { from: { ...from, value: Math.floor(Number(from.value) / 2 ** days) }, viewsAfter: null };
}
