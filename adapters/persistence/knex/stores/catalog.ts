import type { Asset } from '../../../../src/catalog/asset.ts';
import type { Genre } from '../../../../src/catalog/genre.ts';
import type {
  AssetStore,
  ChannelName,
  ChannelNameStore,
  FileRemoval,
  FileRemovalStore,
  GenreStore,
  ResumableUploadStore,
} from '../../../../src/catalog/ports.ts';
import type { ResumableUpload } from '../../../../src/catalog/resumable-upload.ts';
import { RecordTable, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const GENRES = new RecordTable<Genre>('genres', {
  id: 'text',
  name: 'text',
  nameKey: 'text',
  words: 'text',
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

const RESUMABLE_UPLOADS = new RecordTable<ResumableUpload>('resumable_uploads', {
  id: 'text',
  accountId: 'text',
  lengthBytes: 'number',
  offsetBytes: 'number',
  pieces: 'json',
  writer: 'text',
  metadata: 'text',
  version: 'number',
});

const FILE_REMOVALS = new RecordTable<FileRemoval>('file_removals', { storageKey: 'text', dueAt: 'number' });

const CHANNEL_NAMES = new RecordTable<ChannelName>('channel_names', {
  channelId: 'text',
  name: 'text',
  words: 'text',
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

export const knexChannelNames = (database: Database): ChannelNameStore => ({
  put: async (name) => {
    await database.knex('channel_names').insert(CHANNEL_NAMES.toRow(name)).onConflict('channel_id').merge();
  },
  remove: async (channelId) => {
    await database.knex('channel_names').where({ channel_id: channelId }).delete();
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

export const knexResumableUploads = (database: Database): ResumableUploadStore => ({
  find: (id) => RESUMABLE_UPLOADS.find(database, { id }),
  add: (upload) => RESUMABLE_UPLOADS.insert(database, [upload]),
  save: (upload) =>
    RESUMABLE_UPLOADS.update(database, { id: upload.id, version: upload.version - 1 }, upload),
  remove: async (id) => {
    await database.knex('resumable_uploads').where({ id }).delete();
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
