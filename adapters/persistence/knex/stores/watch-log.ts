import type { Knex } from 'knex';
import type { HistoryRequest, WatchLogEntry, WatchLogStore } from '../../../../src/playback/ports.ts';
import { erasedFrom } from '../erase.ts';
import { RecordTable } from '../columns.ts';
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

export const knexWatchLog = (database: Database): WatchLogStore => ({
  add: (entry) => WATCH_LOG.insert(database, [entry]),
  of: (accountId, request) =>
    keysetPage(database, WATCH_LOG, request, { order: NEWEST_BEGUN, where: begunBy(accountId, request) }),
  erase: erasedFrom(database, 'watch_log'),
});
