import type { TitleStore } from '../../../../src/catalog/ports.ts';
import { asOf, noFigures, type Title, type TitleDetail } from '../../../../src/catalog/title.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { compareText, COUNTED_VIEWS, earliestBy, FIGURES, GENRES, TITLE_VIEWS, TITLES } from './catalog.ts';
import { memoryTitleList } from './title-list.ts';

export function memoryTitles(transaction: MemoryTransaction): TitleStore {
  const { table } = transaction;
  const titles = table(TITLES);
  const figures = table(FIGURES);
  const genres = table(GENRES);
  const counted = table(COUNTED_VIEWS);
  const days = table(TITLE_VIEWS);

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
    list: memoryTitleList(transaction, detailOf),
    add: async (title) => {
      titles.insert(title);
      figures.insert(noFigures(title.id));
    },
    save: async (title) => titles.update(title, (stored) => stored.version === title.version - 1),
    remove: async (id) => {
      titles.delete(id);
      figures.delete(id);
      for (const { key } of counted.where(({ titleId }) => titleId === id)) counted.delete(key);
      for (const { day } of days.where(({ titleId }) => titleId === id)) days.delete(`${id} ${day}`);
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
