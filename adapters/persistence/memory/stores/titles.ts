import type { TitleListing, TitleStore } from '../../../../src/catalog/ports.ts';
import { isOpen } from '../../../../src/catalog/streaming.ts';
import { asOf, noFigures, type Title, type TitleDetail } from '../../../../src/catalog/title.ts';
import { decodeCursor, pageOf, type Place } from '../../../../src/kernel/page.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { compareText, COUNTED_VIEWS, earliestBy, FIGURES, GENRES, TITLES } from './catalog.ts';

export function memoryTitles({ table }: MemoryTransaction): TitleStore {
  const titles = table(TITLES);
  const figures = table(FIGURES);
  const genres = table(GENRES);
  const counted = table(COUNTED_VIEWS);

  const detailOf = (title: Title): TitleDetail => ({
    title,
    genres: title.genreIds
      .flatMap((id) => genres.get(id) ?? [])
      .sort((a, b) => compareText(a.nameKey, b.nameKey))
      .map(({ id, name }) => ({ id, name })),
    figures: figures.get(title.id) ?? noFigures(title.id),
  });

  return {
    find: async (id) => titles.get(id),
    findByCode: async (code) => titles.holder('titles_code', code),
    details: async (ids) => [...new Set(ids)].flatMap((id) => titles.get(id) ?? []).map(detailOf),
    list: async ({ limit, cursor }, listing) => {
      const { kind, before } = ORDERS[listing.sort];
      const from = cursor === undefined ? undefined : decodeCursor(cursor, kind);
      const rows = titles
        .where((title) => isListed(title, listing))
        .sort((a, b) => before(placeOf(a, listing), placeOf(b, listing)))
        .filter((title) => !from || before(from, placeOf(title, listing)) < 0)
        .slice(0, limit + 1)
        .map(detailOf);
      return pageOf(rows, limit, ({ title }) => placeOf(title, listing));
    },
    add: async (title) => {
      titles.insert(title);
      figures.insert(noFigures(title.id));
    },
    save: async (title) => titles.update(title, (stored) => stored.version === title.version - 1),
    remove: async (id) => {
      titles.delete(id);
      figures.delete(id);
      for (const { key } of counted.where(({ titleId }) => titleId === id)) counted.delete(key);
    },
    listDue: async (now, limit) =>
      titles
        .where((title) => title.status === 'scheduled' && asOf(title, now).status === 'published')
        .sort((a, b) => (a.publishedAt ?? 0) - (b.publishedAt ?? 0) || compareText(a.id, b.id))
        .slice(0, limit),
    nextDueAt: async (until) =>
      earliestBy(
        titles.where(({ status }) => status === 'scheduled').flatMap(({ publishedAt }) => publishedAt ?? []),
        until,
      ),
  };
}

const placeOf = (title: Title, { sort }: TitleListing): Place => ({
  value: sort === 'newest' ? title.listedAt : title.sortTitle,
  id: title.id,
});

const ORDERS = {
  newest: {
    kind: 'number',
    before: (a: Place, b: Place) => Number(b.value) - Number(a.value) || compareText(b.id, a.id),
  },
  title: {
    kind: 'string',
    before: (a: Place, b: Place) => compareText(String(a.value), String(b.value)) || compareText(a.id, b.id),
  },
} as const;

function isListed(title: Title, { filter, openOnly, now }: TitleListing): boolean {
  if (openOnly && !isOpen(title, now)) return false;
  return (
    (filter.kind === null || title.kind === filter.kind) &&
    (filter.q === null || title.searchText.includes(filter.q)) &&
    (filter.genreId === null || title.genreIds.includes(filter.genreId)) &&
    (filter.accessLevel === null || title.accessLevel === filter.accessLevel) &&
    (filter.channelId === null || title.channelId === filter.channelId) &&
    (filter.status === null || asOf(title, now).status === filter.status)
  );
}
