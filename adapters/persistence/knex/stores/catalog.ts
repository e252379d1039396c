import type { Knex } from 'knex';
import type { Asset } from '../../../../src/catalog/asset.ts';
import type { Genre } from '../../../../src/catalog/genre.ts';
import type {
  AssetStore,
  FileRemoval,
  FileRemovalStore,
  ResumableUploadStore,
} from '../../../../src/catalog/asset-ports.ts';
import type { ChannelName, ChannelNameStore, GenreStore } from '../../../../src/catalog/ports.ts';
import type { ResumableUpload } from '../../../../src/catalog/resumable-upload.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
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

/** What a media provider keeps lies in columns of its own: its news are looked up by the provider's name of it. */
interface RemoteColumns {
  readonly provider: string | null;
  readonly reference: string | null;
  readonly mediaId: string | null;
  readonly playbackId: string | null;
}
type AssetRecord = Omit<Asset, 'remote'> & RemoteColumns;
type RemovalRecord = Omit<FileRemoval, 'remote'> & Omit<RemoteColumns, 'playbackId'>;

const ASSETS = new RecordTable<AssetRecord>('assets', {
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
  provider: 'text',
  reference: 'text',
  mediaId: 'text',
  playbackId: 'text',
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

const FILE_REMOVALS = new RecordTable<RemovalRecord>('file_removals', {
  storageKey: 'text',
  provider: 'text',
  reference: 'text',
  mediaId: 'text',
  dueAt: 'number',
});

const recordOf = ({ remote, ...asset }: Asset): AssetRecord => ({ ...asset, ...(remote ?? HERE) });
const HERE: RemoteColumns = { provider: null, reference: null, mediaId: null, playbackId: null };

function assetOf(row: Row): Asset {
  const { provider, reference, mediaId, playbackId, ...asset } = ASSETS.fromRow(row);
  const isRemote = provider !== null && reference !== null;
  return { ...asset, remote: isRemote ? { provider, reference, mediaId, playbackId } : null };
}

function removalOf(row: Row): FileRemoval {
  const { provider, reference, mediaId, ...removal } = FILE_REMOVALS.fromRow(row);
  const isRemote = provider !== null && reference !== null;
  return { ...removal, remote: isRemote ? { provider, reference, mediaId } : null };
}

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
  find: (id) => assetWhere(database, { id }),
  findMany: async (ids) => {
    if (ids.length === 0) return [];
    const rows = (await database.knex('assets').whereIn('id', [...new Set(ids)])) as Row[];
    return rows.map(assetOf);
  },
  listOf: async (titleId) => {
    const rows = (await database
      .knex('assets')
      .where({ title_id: titleId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])) as Row[];
    return rows.map(assetOf);
  },
  add: (asset) => ASSETS.insert(database, [recordOf(asset)]),
  save: (asset) => ASSETS.update(database, { id: asset.id, version: asset.version - 1 }, recordOf(asset)),
  remove: async (id) => {
    await database.knex('assets').where({ id }).delete();
  },
  findByReference: ({ provider, reference }) => assetWhere(database, { provider, reference }),
  listDue: (now, limit) => assetsDue(database, now, limit).whereNull('provider').then(assetsOf),
  listUnheard: (now, limit) => assetsDue(database, now, limit).whereNotNull('provider').then(assetsOf),
  nextDueAt: (until) => earliestDue(database.knex('assets'), 'due_at', until),
  holdToPackage: async (now, limit) => {
    const waiting = database.knex('assets').where('package_at', '<=', now).orderBy(['package_at', 'id']);
    // Each of many packagers takes another one, instead of all losing the race for the first.
    if (database.dialect === 'postgres') void waiting.forUpdate().skipLocked();
    return assetsOf((await waiting.limit(limit)) as Row[]);
  },
});

const assetsOf = (rows: readonly Row[]): readonly Asset[] => rows.map(assetOf);

async function assetWhere(database: Database, where: Row): Promise<Asset | undefined> {
  const row = (await database.knex('assets').where(where).first()) as Row | undefined;
  return row && assetOf(row);
}

const assetsDue = (database: Database, now: Instant, limit: number): Knex.QueryBuilder<Row, Row[]> =>
  database.knex('assets').where('due_at', '<=', now).orderBy(['due_at', 'id']).limit(limit);

export const knexResumableUploads = (database: Database): ResumableUploadStore => ({
  find: (id) => RESUMABLE_UPLOADS.find(database, { id }),
  countOpen: async (accountId) => {
    // From the assets, whose index knows the few that something is due of; the uploads of years stay with their files.
    const open = database.knex('assets').join('resumable_uploads', 'resumable_uploads.id', 'assets.id');
    const mine = open.whereNotNull('assets.due_at').where({ status: 'uploading', account_id: accountId });
    const [row] = (await mine.count({ uploads: '*' })) as Row[];
    return Number(row?.['uploads']);
  },
  add: (upload) => RESUMABLE_UPLOADS.insert(database, [upload]),
  save: (upload) =>
    RESUMABLE_UPLOADS.update(database, { id: upload.id, version: upload.version - 1 }, upload),
  remove: async (id) => {
    await database.knex('resumable_uploads').where({ id }).delete();
  },
});

export const knexFileRemovals = (database: Database): FileRemovalStore => ({
  add: async ({ storageKey, remote, dueAt }) => {
    const { provider = null, reference = null, mediaId = null } = remote ?? {};
    await database.knex.raw(
      `insert into file_removals (storage_key, provider, reference, media_id, due_at) values (?, ?, ?, ?, ?)
       on conflict (storage_key) do update set
         provider = coalesce(excluded.provider, file_removals.provider),
         reference = coalesce(excluded.reference, file_removals.reference),
         media_id = coalesce(excluded.media_id, file_removals.media_id),
         due_at = case when excluded.due_at < file_removals.due_at then excluded.due_at
                  else file_removals.due_at end`,
      [storageKey, provider, reference, mediaId, dueAt],
    );
  },
  listDue: async (now, limit) => {
    const due = database.knex('file_removals').where('due_at', '<=', now);
    const rows = (await due.orderBy(['due_at', 'storage_key']).limit(limit)) as Row[];
    return rows.map(removalOf);
  },
  done: async (storageKey) => {
    await database.knex('file_removals').where({ storage_key: storageKey }).delete();
  },
  putOff: async (storageKey, dueAt) => {
    await database.knex('file_removals').where({ storage_key: storageKey }).update({ due_at: dueAt });
  },
  nextDueAt: (until) => earliestDue(database.knex('file_removals'), 'due_at', until),
});
