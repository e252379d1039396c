import type { Asset } from '../../../../src/catalog/asset.ts';
import type { Genre } from '../../../../src/catalog/genre.ts';
import type {
  AssetStore,
  CountedView,
  FigureStore,
  FileRemoval,
  FileRemovalStore,
  GenreStore,
} from '../../../../src/catalog/ports.ts';
import { RecordTable, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { rawRows } from '../json-rows.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const GENRES = new RecordTable<Genre>('genres', {
  id: 'text',
  name: 'text',
  nameKey: 'text',
  createdAt: 'number',
  version: 'number',
});

const ASSETS = new RecordTable<Asset>('assets', {
  id: 'text',
  titleId: 'text',
  kind: 'text',
  status: 'text',
  progress: 'number',
  storageKey: 'text',
  contentType: 'text',
  bytes: 'number',
  sha256: 'text',
  durationSeconds: 'number',
  failure: 'text',
  createdAt: 'number',
  dueAt: 'number',
  readyAt: 'number',
  packageAt: 'number',
  attempts: 'number',
  packageKey: 'text',
  renditions: 'json',
  version: 'number',
});

const FILE_REMOVALS = new RecordTable<FileRemoval>('file_removals', { storageKey: 'text', dueAt: 'number' });

/** Views and their figures move in two statements, rows in id order, however many views there are. */
async function countViews(database: Database, views: readonly CountedView[]): Promise<number> {
  const [keep, add] = database.dialect === 'postgres' ? POSTGRES : SQLITE;
  const batch = views.map(({ key, titleId, at }) => ({ key, title_id: titleId, at }));
  const counted = await rawRows(database, keep, [JSON.stringify(batch)]);
  const perTitle = new Map<string, number>();
  for (const row of counted) {
    const titleId = String(row['title_id']);
    perTitle.set(titleId, (perTitle.get(titleId) ?? 0) + 1);
  }
  const sums = [...perTitle].map(([titleId, amount]) => ({ title_id: titleId, amount }));
  if (sums.length > 0) await database.knex.raw(add, [JSON.stringify(sums)]);
  return counted.length;
}

const POSTGRES = [
  `insert into counted_views (key, title_id, at)
   select batch.key, batch.title_id, batch.at
   from json_to_recordset(?::json) as batch (key text, title_id text, at bigint)
   where exists (select 1 from title_figures where title_id = batch.title_id)
   order by batch.key
   on conflict (key) do nothing
   returning title_id`,
  `with batch as (
     select * from json_to_recordset(?::json) as sums (title_id text, amount bigint)
   ), held as (
     select title_id from title_figures
     where title_id in (select title_id from batch) order by title_id for update
   )
   update title_figures as figures set views = figures.views + batch.amount
   from batch join held on held.title_id = batch.title_id
   where figures.title_id = batch.title_id`,
] as const;

const SQLITE = [
  `insert into counted_views (key, title_id, at)
   select value ->> 'key', value ->> 'title_id', value ->> 'at'
   from json_each(?)
   where exists (select 1 from title_figures where title_id = value ->> 'title_id')
   on conflict (key) do nothing
   returning title_id`,
  `update title_figures set views = title_figures.views + (batch.value ->> 'amount')
   from json_each(?) as batch
   where title_figures.title_id = batch.value ->> 'title_id'`,
] as const;

export const knexFigures = (database: Database): FigureStore => ({
  countViews: async (views) => (views.length === 0 ? 0 : countViews(database, views)),
});

export const knexGenres = (database: Database): GenreStore => ({
  find: (id) => GENRES.find(database, { id }),
  findMany: async (ids) => {
    const rows = (await database.knex('genres').whereIn('id', [...new Set(ids)])) as Row[];
    return rows.map((row) => GENRES.fromRow(row));
  },
  findByKey: (nameKey) => GENRES.find(database, { name_key: nameKey }),
  list: (request) =>
    keysetPage(database, GENRES, request, {
      order: { field: 'nameKey', direction: 'asc', kind: 'string' },
    }),
  add: (genre) => GENRES.insert(database, [genre]),
  save: (genre) => GENRES.update(database, { id: genre.id, version: genre.version - 1 }, genre),
  remove: async (id) => {
    // The genre first: whoever is about to use it waits for its row, and then does not find it.
    await database.knex('genres').where({ id }).delete();
    await database.knex('title_genres').where({ genre_id: id }).delete();
  },
});

export const knexAssets = (database: Database): AssetStore => ({
  find: (id) => ASSETS.find(database, { id }),
  findMany: async (ids) => {
    if (ids.length === 0) return [];
    const rows = (await database.knex('assets').whereIn('id', [...new Set(ids)])) as Row[];
    return rows.map((row) => ASSETS.fromRow(row));
  },
  listOf: async (titleId) => {
    const rows = (await database
      .knex('assets')
      .where({ title_id: titleId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])) as Row[];
    return rows.map((row) => ASSETS.fromRow(row));
  },
  add: (asset) => ASSETS.insert(database, [asset]),
  save: (asset) => ASSETS.update(database, { id: asset.id, version: asset.version - 1 }, asset),
  remove: async (id) => {
    await database.knex('assets').where({ id }).delete();
  },
  listDue: async (now, limit) => {
    const due = database.knex('assets').where('due_at', '<=', now).orderBy(['due_at', 'id']).limit(limit);
    return ((await due) as Row[]).map((row) => ASSETS.fromRow(row));
  },
  nextDueAt: (until) => earliestDue(database.knex('assets'), 'due_at', until),
  holdToPackage: async (now, limit) => {
    const waiting = database.knex('assets').where('package_at', '<=', now).orderBy(['package_at', 'id']);
    // Each of many packagers takes another one, instead of all losing the race for the first.
    if (database.dialect === 'postgres') void waiting.forUpdate().skipLocked();
    const rows = (await waiting.limit(limit)) as Row[];
    return rows.map((row) => ASSETS.fromRow(row));
  },
});

export const knexFileRemovals = (database: Database): FileRemovalStore => ({
  add: async (removal) => {
    await database.knex.raw(
      `insert into file_removals (storage_key, due_at) values (?, ?)
       on conflict (storage_key) do update set due_at = excluded.due_at
       where excluded.due_at < file_removals.due_at`,
      [removal.storageKey, removal.dueAt],
    );
  },
  listDue: async (now, limit) => {
    const due = database.knex('file_removals').where('due_at', '<=', now);
    const rows = (await due.orderBy(['due_at', 'storage_key']).limit(limit)) as Row[];
    return rows.map((row) => FILE_REMOVALS.fromRow(row));
  },
  done: async (storageKey) => {
    await database.knex('file_removals').where({ storage_key: storageKey }).delete();
  },
  nextDueAt: (until) => earliestDue(database.knex('file_removals'), 'due_at', until),
});
