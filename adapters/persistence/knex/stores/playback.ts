import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { pageOf } from '../../../../src/kernel/page.ts';
import type { Progress } from '../../../../src/playback/progress.ts';
import type { ProgressStore, StreamStore } from '../../../../src/playback/ports.ts';
import type { Stream } from '../../../../src/playback/stream.ts';
import { earliestDue } from '../due.ts';
import { erasedFrom } from '../erase.ts';
import { columnOf, RecordTable, type Columns, type Row } from '../columns.ts';
import { heldRows } from '../held-rows.ts';
import { rawRows, rowsFromJson, textsFromJson } from '../json-rows.ts';
import { keysetPage } from '../pages.ts';
import { assignments, guardedUpdate, parameters, saveAll, writeRows, type RowWrite } from '../row-writes.ts';
import type { Database } from '../unit-of-work.ts';
import { oldestBeginning } from './beginnings.ts';
import { CARRIED, PROGRESS_COLUMNS, progressOn, settleCarried } from './carried-progress.ts';
import { settleReports } from './settled-reports.ts';
import { begunBy, NEWEST_BEGUN } from './watch-log.ts';

const STREAMS = new RecordTable<Stream>('streams', {
  id: 'text',
  accountId: 'text',
  secretHash: 'text',
  deviceId: 'text',
  deviceName: 'text',
  titleId: 'text',
  title: 'text',
  accessLevel: 'text',
  isPrivileged: 'boolean',
  durationSeconds: 'number',
  creditsStartSeconds: 'number',
  terminationCode: 'text',
  status: 'text',
  seq: 'number',
  positionSeconds: 'number',
  watchedSeconds: 'number',
  startedAt: 'number',
  lastSeenAt: 'number',
  aliveUntil: 'number',
  pausedAt: 'number',
  viewedAt: 'number',
  completedAt: 'number',
  endedAt: 'number',
  endReason: 'text',
  endedByDevice: 'text',
  version: 'number',
});

/** What a report or an end changes of a stream; the rest stands from its start. */
const STREAM_CHANGES = {
  status: 'text',
  seq: 'number',
  positionSeconds: 'number',
  watchedSeconds: 'number',
  lastSeenAt: 'number',
  aliveUntil: 'number',
  pausedAt: 'number',
  viewedAt: 'number',
  completedAt: 'number',
  endedAt: 'number',
  endReason: 'text',
  endedByDevice: 'text',
  version: 'number',
} as const satisfies Partial<Columns<Stream>>;

const PROGRESS = new RecordTable<Progress>('progress', PROGRESS_COLUMNS);

const openStreamsHeld = (database: Database): string => {
  const texts = textsFromJson(database.dialect);
  return `select * from streams where id in (${texts})
    or (ended_at is null and account_id in (${texts})) ${heldRows(database, 'id')}`;
};

const SAVE_STREAMS = guardedUpdate('streams', STREAM_CHANGES);

const PROGRESS_FIELDS = Object.keys(PROGRESS_COLUMNS).map(columnOf);
const PROGRESS_NAMES = PROGRESS_FIELDS.join(', ');
const REPLACE_PROGRESS = `on conflict (account_id, title_id)
  do update set ${assignments(PROGRESS_COLUMNS, 'excluded')}
  where progress.version = excluded.version - 1`;

const SAVE_PROGRESS: RowWrite = {
  each: `insert into progress (${PROGRESS_NAMES}) values (${parameters(PROGRESS_FIELDS)}) ${REPLACE_PROGRESS}`,
  columns: PROGRESS_FIELDS,
  together: `insert into progress (${PROGRESS_NAMES})
    select ${PROGRESS_NAMES} from (${rowsFromJson('postgres', PROGRESS_COLUMNS)}) as given where true
    ${REPLACE_PROGRESS} returning id`,
};

/** As the index `streams_ended` says it. */
const ENDED_AND_NAMED = `ended_at is not null and account_id is not null and device_id <> ''`;

const REMOVE_STREAM: RowWrite = {
  each: 'delete from streams where id = ? and version = ?',
  columns: ['id', 'version'],
  together: `delete from streams
    using (${rowsFromJson('postgres', { id: 'text', version: 'number' })}) as given
    where streams.id = given.id and streams.version = given.version returning streams.id`,
};

const NO_DEVICE_SQL = `update streams
  set device_id = '', device_name = '', ended_by_device = null, version = version + 1
  where id in (
    select id from streams where account_id = ? and ended_at is not null
      and (device_id <> '' or device_name <> '' or ended_by_device is not null)
    order by id limit ?
  ) returning id`;

export function knexStreams(database: Database): StreamStore {
  const { knex } = database;
  const records = (rows: readonly Row[]): readonly Stream[] => rows.map((row) => STREAMS.fromRow(row));
  return {
    find: (id) => STREAMS.find(database, { id }),
    hold: async ({ ids, accountIds }) =>
      records(
        await rawRows(database, openStreamsHeld(database), [JSON.stringify(ids), JSON.stringify(accountIds)]),
      ),
    openOf: async (accountId) =>
      records(
        await knex('streams')
          .where({ account_id: accountId })
          .whereNull('ended_at')
          .orderBy(['started_at', 'id']),
      ),
    add: (stream) => STREAMS.insert(database, [stream]),
    saveAll: async (streams) => {
      await saveAll(database, STREAMS, { write: SAVE_STREAMS, records: streams });
      await settleCarried(database, streams);
    },
    settle: settleReports(database),
    silent: async (now, limit) =>
      records(
        await rawRows(
          database,
          `select * from streams where id in (select id from streams where ended_at is null
             and alive_until <= ? order by alive_until limit ?) ${heldRows(database, 'id')}`,
          [now, limit],
        ),
      ),
    nextSilentAt: (until) => earliestDue(knex('streams').whereNull('ended_at'), 'alive_until', until),
    eraseDevices: async (accountId, limit) =>
      (await rawRows(database, NO_DEVICE_SQL, [accountId, limit])).length,
    reportedOf: (accountId, request) =>
      keysetPage(database, STREAMS, request, {
        order: NEWEST_BEGUN,
        where: (query) => begunBy(accountId, request)(query).where('seq', '>=', 0),
      }),
    oldestEnded: (border) => oldestBeginning(database, 'streams', border, ENDED_AND_NAMED),
    endedOf: async (accountId, { from, to }, limit) =>
      records(
        await rawRows(
          database,
          `select * from streams where account_id = ? and started_at >= ? and started_at < ?
             and ${ENDED_AND_NAMED} order by started_at, id limit ?`,
          [accountId, from, to, limit],
        ),
      ),
    removeAll: async (removed) => {
      const rows = removed.map(({ id, version }) => ({ id, version }));
      if ((await writeRows(database, REMOVE_STREAM, rows)) !== removed.length)
        throw new LostRace('streams moved on');
    },
  };
}

export function knexProgress(database: Database): ProgressStore {
  const { dialect } = database;
  const given = `(${rowsFromJson(dialect, { accountId: 'text', titleId: 'text' })}) as given`;
  const of = (table: string): string =>
    `from ${table} as held join ${given} on held.account_id = given.account_id and held.title_id = given.title_id`;
  // A statement of its own: what carries the rows is read behind their locks.
  const lockRows = `select held.id ${of('progress')} order by held.id for update of held`;
  return {
    find: ({ accountId, titleId }) => CARRIED.find(database, { account_id: accountId, title_id: titleId }),
    hold: async (pairs) => {
      if (pairs.length === 0) return [];
      const asked = pairs.map(({ accountId, titleId }) => ({ account_id: accountId, title_id: titleId }));
      const json = JSON.stringify(asked);
      if (dialect === 'postgres') await rawRows(database, lockRows, [json]);
      const rows = await rawRows(database, `select held.* ${of(CARRIED.name)}`, [json]);
      return rows.map((row) => CARRIED.fromRow(row));
    },
    saveAll: (progress) => saveAll(database, PROGRESS, { write: SAVE_PROGRESS, records: progress }),
    unfinishedOf: async (accountId, { limit, cursor }) => {
      const found = await progressOn(database, 'unfinished', { accountId, limit: limit + 1, cursor });
      return pageOf(found, limit, ({ lastWatchedAt, id }) => ({ value: lastWatchedAt, id }));
    },
    latestOf: (accountId, limit) => progressOn(database, 'latest', { accountId, limit }),
    erase: erasedFrom(database, 'progress'),
  };
}
