import type { TitleListing, TitleStore } from '../../../../src/catalog/ports.ts';
import { isOpen } from '../../../../src/catalog/streaming.ts';
import {
  placeInCursor,
  startOf,
  VIEW_ADDS,
  type TitleOrder,
  type TitlePlace,
} from '../../../../src/catalog/title-order.ts';
import {
  asOf,
  noFigures,
  wordsOfTitle,
  type Title,
  type TitleDetail,
  type TitleWords,
} from '../../../../src/catalog/title.ts';
import { hasWord } from '../../../../src/catalog/words.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import { pageOf } from '../../../../src/kernel/page.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { CHANNEL_NAMES, compareText, COUNTED_VIEWS, FIGURES, GENRES, TITLES } from './catalog.ts';

/** Rows are frozen: the words of one never change, so they are told once. */
const KNOWN_WORDS = new WeakMap<Title, TitleWords>();

function wordsKnown(title: Title): TitleWords {
  const words = KNOWN_WORDS.get(title) ?? wordsOfTitle(title);
  KNOWN_WORDS.set(title, words);
  return words;
}

type Placed = TitlePlace & { readonly title: Title };

export function memoryTitleList(
  { table }: MemoryTransaction,
  detailOf: (title: Title) => TitleDetail,
): TitleStore['list'] {
  const titles = table(TITLES);
  const genres = table(GENRES);
  const channelNames = table(CHANNEL_NAMES);
  const counted = table(COUNTED_VIEWS);
  const figures = table(FIGURES);

  const hasAll = (title: Title, words: readonly string[]): boolean => {
    const own = wordsKnown(title).words;
    const names = title.genreIds.map((id) => genres.get(id)?.words ?? '');
    if (title.channelId !== null) names.push(channelNames.get(title.channelId)?.words ?? '');
    return words.every((word) => [own, ...names].some((text) => hasWord(text, word)));
  };

  const viewsSince = (since: Instant | null): ReadonlyMap<string, number> => {
    const views = new Map<string, number>();
    if (since === null) return views;
    for (const { titleId } of counted.where(({ at }) => at > since))
      views.set(titleId, (views.get(titleId) ?? 0) + 1);
    return views;
  };

  return async ({ limit, cursor }, listing) => {
    const { order, now, filter } = listing;
    const { from, viewsAfter } = startOf(cursor, order, now);
    const later = viewsSince(viewsAfter);
    const valueOf = (title: Title): string | number => {
      if (order === 'title') return title.sortTitle;
      const adds = VIEW_ADDS[order];
      if (adds === null) return title.listedAt;
      const { views, trending } = figures.get(title.id) ?? noFigures(title.id);
      return (order === 'popular' ? views : trending) - (later.get(title.id) ?? 0) * adds;
    };
    const placed = (title: Title): Placed => ({
      title,
      id: title.id,
      group: order === 'relevance' && !isCalled(title, filter.words ?? []) ? 1 : 0,
      value: valueOf(title),
      asOf: viewsAfter ?? now,
    });
    const rows = titles
      .where((title) => isListed(title, listing) && (filter.words === null || hasAll(title, filter.words)))
      .map(placed)
      .filter((place) => from === null || compare(order, from, place) < 0)
      .sort((a, b) => compare(order, a, b));
    const page = pageOf(rows.slice(0, limit + 1), limit, (place) => placeInCursor(order, place));
    return { ...page, items: page.items.map(({ title }) => detailOf(title)) };
  };
}

/** Whether the title itself, not only what it is about, has the words. */
const isCalled = (title: Title, words: readonly string[]): boolean =>
  words.every((word) => hasWord(wordsKnown(title).titleWords, word));

function compare(order: TitleOrder, a: TitlePlace, b: TitlePlace): number {
  if (order === 'title') return compareText(String(a.value), String(b.value)) || compareText(a.id, b.id);
  return a.group - b.group || Number(b.value) - Number(a.value) || compareText(b.id, a.id);
}

function isListed(title: Title, { filter, openOnly, now }: TitleListing): boolean {
  if (openOnly && !isOpen(title, now)) return false;
  return (
    (filter.kind === null || title.kind === filter.kind) &&
    (filter.genreId === null || title.genreIds.includes(filter.genreId)) &&
    (filter.accessLevel === null || title.accessLevel === filter.accessLevel) &&
    (filter.channelId === null || title.channelId === filter.channelId) &&
    (filter.status === null || asOf(title, now).status === filter.status)
  );
}
