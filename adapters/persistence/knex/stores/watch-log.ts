import type { Knex } from 'knex';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { HistoryRequest, WatchLogStore } from '../../../../src/playback/history-ports.ts';
import type { WatchLogEntry } from '../../../../src/playback/watch-log.ts';
import { erasedFrom } from '../erase.ts';
import { RecordTable } from '../columns.ts';
import { rawRows, textsFromJson } from '../json-rows.ts';
import { oldestBeginning } from './beginnings.ts';
import { heldRows } from '../held-rows.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const WATCH_LOG = new RecordTable<WatchLogEntry>('watch_log', {
  id: 'text',
  accountId: 'text',
  titleId: 'text',
  title: 'text',
  startedAt: 'number',
  state: 'text',
  positionSeconds: 'number',
  durationSeconds: 'number',
});

export const NEWEST_BEGUN = { field: 'startedAt', direction: 'desc', kind: 'number' } as const;

/** What one account began, within the instants asked for. */
export const begunBy =
  (accountId: string, { within }: HistoryRequest) =>
  (query: Knex.QueryBuilder): Knex.QueryBuilder => {
    const own = query.where({ account_id: accountId });
    return within ? own.where('started_at', '>=', within.from).where('started_at', '<', within.to) : own;
  };

export function knexWatchLog(database: Database): WatchLogStore {
  const ids = textsFromJson(database.dialect);
  return {
    add: (entry) => WATCH_LOG.insert(database, [entry]),
    of: (accountId, request) =>
      keysetPage(database, WATCH_LOG, request, { order: NEWEST_BEGUN, where: begunBy(accountId, request) }),
    oldest: (border) => oldestBeginning(database, 'watch_log', border),
    hold: async (wanted) => {
      const sql = `select * from watch_log where id in (${ids}) ${heldRows(database, 'id')}`;
      return (await rawRows(database, sql, [JSON.stringify(wanted)])).map((row) => WATCH_LOG.fromRow(row));
    },
    remove: async (wanted) => {
      const sql = `delete from watch_log where id in (${ids}) returning id`;
      const removed = await rawRows(database, sql, [JSON.stringify(wanted)]);
      if (removed.length !== new Set(wanted).size) throw new LostRace('watch_log moved on');
    },
    erase: erasedFrom(database, 'watch_log'),
  };
}
