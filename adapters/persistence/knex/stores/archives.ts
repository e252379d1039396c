import type { Archive } from '../../../../src/playback/archive.ts';
import type { ArchiveStore } from '../../../../src/playback/history-ports.ts';
import { RecordTable, type Row } from '../columns.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const ARCHIVES = new RecordTable<Archive>('archives', {
  id: 'text',
  accountId: 'text',
  month: 'text',
  status: 'text',
  viewings: 'number',
  oldestAt: 'number',
  newestAt: 'number',
  begunAt: 'number',
  version: 'number',
});

/** As the partial indexes say it, or they are not used. */
const KEPT = `status = 'kept'`;
const UNFINISHED = `status <> 'kept'`;

export function knexArchives(database: Database): ArchiveStore {
  const { knex } = database;
  return {
    add: (archive) => ARCHIVES.insert(database, [archive]),
    save: (archive) => ARCHIVES.update(database, { id: archive.id, version: archive.version - 1 }, archive),
    find: (id) => ARCHIVES.find(database, { id }),
    keptOf: (accountId, { from, until, ...request }) =>
      keysetPage(database, ARCHIVES, request, {
        order: { field: 'newestAt', direction: 'desc', kind: 'number' },
        where: (query) => {
          const own = query.where({ account_id: accountId }).whereRaw(KEPT);
          if (from !== null) own.where('newest_at', '>=', from);
          return until === null ? own : own.where('oldest_at', '<=', until);
        },
      }),
    unfinished: async (begunBy, limit) => {
      const rows = (await knex(ARCHIVES.name)
        .whereRaw(UNFINISHED)
        .where((query) => query.where('status', 'abandoned').orWhere('begun_at', '<=', begunBy))
        .orderBy('begun_at')
        .limit(limit)) as Row[];
      return rows.map((row) => ARCHIVES.fromRow(row));
    },
    forget: async (id) => void (await knex(ARCHIVES.name).where({ id, status: 'abandoned' }).delete()),
    erase: (accountId, limit) =>
      knex(ARCHIVES.name)
        .whereIn(
          'id',
          knex(ARCHIVES.name).select('id').where({ account_id: accountId }).whereRaw(KEPT).limit(limit),
        )
        .delete(),
  };
}
