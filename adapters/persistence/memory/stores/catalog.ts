import type { Asset } from '../../../../src/catalog/asset.ts';
import type { Genre } from '../../../../src/catalog/genre.ts';
import type {
  AssetStore,
  FileRemoval,
  FileRemovalStore,
  ResumableUploadStore,
} from '../../../../src/catalog/asset-ports.ts';
import type {
  ChannelName,
  ChannelNameStore,
  CountedView,
  FigureStore,
  GenreStore,
} from '../../../../src/catalog/ports.ts';
import type { ResumableUpload } from '../../../../src/catalog/resumable-upload.ts';
import type { RemoteRef } from '../../../../src/catalog/remote-ref.ts';
import type { Title, TitleFigures } from '../../../../src/catalog/title.ts';
import { dayOf, type DayViews } from '../../../../src/catalog/trending.ts';
import { earlier, type Instant } from '../../../../src/kernel/instant.ts';
import { decodeCursor, pageOf } from '../../../../src/kernel/page.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

export const TITLES: TableDefinition<Title> = {
  name: 'titles',
  key: (title) => title.id,
  unique: { titles_code: (title) => title.code ?? undefined },
};
export const GENRES: TableDefinition<Genre> = {
  name: 'genres',
  key: (genre) => genre.id,
  unique: { genres_name_key: (genre) => genre.nameKey },
};
export const FIGURES: TableDefinition<TitleFigures> = { name: 'title_figures', key: (row) => row.titleId };
export const COUNTED_VIEWS: TableDefinition<CountedView> = { name: 'counted_views', key: (view) => view.key };
export const TITLE_VIEWS: TableDefinition<DayViews> = { name: 'title_views', key: viewsKey };
export const CHANNEL_NAMES: TableDefinition<ChannelName> = {
  name: 'channel_names',
  key: ({ channelId }) => channelId,
};
const RESUMABLE_UPLOADS: TableDefinition<ResumableUpload> = {
  name: 'resumable_uploads',
  key: ({ id }) => id,
};
const referenceKey = ({ provider, reference }: Pick<RemoteRef, 'provider' | 'reference'>): string =>
  `${provider} ${reference}`;
const ASSETS: TableDefinition<Asset> = {
  name: 'assets',
  key: (asset) => asset.id,
  unique: { assets_reference: ({ remote }) => (remote ? referenceKey(remote) : undefined) },
};
const FILE_REMOVALS: TableDefinition<FileRemoval> = { name: 'file_removals', key: (row) => row.storageKey };

function viewsKey({ titleId, day }: Pick<DayViews, 'titleId' | 'day'>): string {
  return `${titleId} ${day}`;
}

/** As the databases order text: by code point. UTF-16 units would put emoji before some letters. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export const earliestBy = (dues: readonly Instant[], until: Instant): Instant | undefined =>
  dues.filter((due) => due <= until).sort((a, b) => a - b)[0];

export function memoryFigures({ table }: MemoryTransaction): FigureStore {
  const figures = table(FIGURES);
  const counted = table(COUNTED_VIEWS);
  const days = table(TITLE_VIEWS);
  return {
    countViews: async (views) => {
      const titleIds: string[] = [];
      for (const view of views) {
        const current = figures.get(view.titleId);
        if (!current || counted.get(view.key)) continue;
        counted.insert(view);
        figures.put({ ...current, views: current.views + 1 });
        const day = { titleId: view.titleId, day: dayOf(view.at) };
        days.put({ ...day, views: (days.get(viewsKey(day))?.views ?? 0) + 1 });
        titleIds.push(view.titleId);
      }
      return titleIds;
    },
    viewsByDay: async (titleIds, from) =>
      days
        .where(({ titleId, day }) => day >= from && titleIds.includes(titleId))
        .sort((a, b) => compareText(a.titleId, b.titleId) || a.day - b.day),
    rank: async (trends) => {
      for (const { titleId, score, dueAt } of trends) {
        const current = figures.get(titleId);
        if (current) figures.put({ ...current, trending: score, trendingDueAt: dueAt });
      }
    },
    takeDue: async (now, limit) =>
      figures
        .where(({ trendingDueAt }) => trendingDueAt !== null && trendingDueAt <= now)
        .sort((a, b) => (a.trendingDueAt ?? 0) - (b.trendingDueAt ?? 0) || compareText(a.titleId, b.titleId))
        .slice(0, limit)
        .map(({ titleId }) => titleId),
    nextDueAt: async (until) =>
      earliestBy(
        [...figures.all()].flatMap(({ trendingDueAt }) => trendingDueAt ?? []),
        until,
      ),
  };
}

export function memoryChannelNames({ table }: MemoryTransaction): ChannelNameStore {
  const names = table(CHANNEL_NAMES);
  return {
    put: async (name) => names.put(name),
    remove: async (channelId) => names.delete(channelId),
  };
}

export function memoryGenres({ table }: MemoryTransaction): GenreStore {
  const genres = table(GENRES);
  const titles = table(TITLES);
  return {
    find: async (id) => genres.get(id),
    findMany: async (ids) => [...new Set(ids)].flatMap((id) => genres.get(id) ?? []),
    findByKey: async (nameKey) => genres.holder('genres_name_key', nameKey),
    list: async ({ limit, cursor }) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'string');
      const rows = genres
        .where((genre) => !from || compareText(genre.nameKey, String(from.value)) > 0)
        .sort((a, b) => compareText(a.nameKey, b.nameKey));
      return pageOf(rows.slice(0, limit + 1), limit, ({ nameKey, id }) => ({ value: nameKey, id }));
    },
    add: async (genre) => genres.insert(genre),
    save: async (genre) => genres.update(genre, (stored) => stored.version === genre.version - 1),
    remove: async (id) => {
      genres.delete(id);
      for (const title of titles.where(({ genreIds }) => genreIds.includes(id)))
        titles.put({ ...title, genreIds: title.genreIds.filter((each) => each !== id) });
    },
  };
}

export function memoryAssets({ table }: MemoryTransaction): AssetStore {
  const assets = table(ASSETS);
  const dueBy = (now: Instant, limit: number, isRemote: boolean): readonly Asset[] =>
    assets
      .where(({ dueAt, remote }) => dueAt !== null && dueAt <= now && (remote !== null) === isRemote)
      .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || compareText(a.id, b.id))
      .slice(0, limit);
  return {
    find: async (id) => assets.get(id),
    findMany: async (ids) => [...new Set(ids)].flatMap((id) => assets.get(id) ?? []),
    listOf: async (titleId) =>
      assets
        .where((asset) => asset.titleId === titleId)
        .sort((a, b) => b.createdAt - a.createdAt || compareText(b.id, a.id)),
    add: async (asset) => assets.insert(asset),
    save: async (asset) => assets.update(asset, (stored) => stored.version === asset.version - 1),
    remove: async (id) => assets.delete(id),
    findByReference: async (ref) => assets.holder('assets_reference', referenceKey(ref)),
    listDue: async (now, limit) => dueBy(now, limit, false),
    listUnheard: async (now, limit) => dueBy(now, limit, true),
    nextDueAt: async (until) =>
      earliestBy(
        [...assets.all()].flatMap(({ dueAt }) => dueAt ?? []),
        until,
      ),
    holdToPackage: async (now, limit) =>
      assets
        .where(({ packageAt }) => packageAt !== null && packageAt <= now)
        .sort((a, b) => (a.packageAt ?? 0) - (b.packageAt ?? 0) || compareText(a.id, b.id))
        .slice(0, limit),
  };
}

export function memoryResumableUploads({ table }: MemoryTransaction): ResumableUploadStore {
  const [uploads, assets] = [table(RESUMABLE_UPLOADS), table(ASSETS)];
  return {
    find: async (id) => uploads.get(id),
    countOpen: async (accountId) =>
      uploads.where(
        (upload) => upload.accountId === accountId && assets.get(upload.id)?.status === 'uploading',
      ).length,
    add: async (upload) => uploads.insert(upload),
    save: async (upload) => uploads.update(upload, (stored) => stored.version === upload.version - 1),
    remove: async (id) => uploads.delete(id),
  };
}

export function memoryFileRemovals({ table }: MemoryTransaction): FileRemovalStore {
  const removals = table(FILE_REMOVALS);
  return {
    add: async ({ storageKey, remote, dueAt }) => {
      const known = removals.get(storageKey);
      const mediaId = remote?.mediaId ?? known?.remote?.mediaId ?? null;
      removals.put({
        storageKey,
        remote: remote ? { ...remote, mediaId } : (known?.remote ?? null),
        dueAt: known ? earlier(known.dueAt, dueAt) : dueAt,
      });
    },
    listDue: async (now, limit) =>
      removals
        .where(({ dueAt }) => dueAt <= now)
        .sort((a, b) => a.dueAt - b.dueAt || compareText(a.storageKey, b.storageKey))
        .slice(0, limit),
    done: async (storageKey) => removals.delete(storageKey),
    putOff: async (storageKey, dueAt) => {
      const known = removals.get(storageKey);
      if (known) removals.put({ ...known, dueAt });
    },
    nextDueAt: async (until) =>
      earliestBy(
        [...removals.all()].map(({ dueAt }) => dueAt),
        until,
      ),
  };
}
