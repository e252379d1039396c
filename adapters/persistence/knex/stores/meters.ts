import type { Meter, MeterKey } from '../../../../src/entitlements/meter.ts';
import type { MeterStore } from '../../../../src/entitlements/ports.ts';
import { rawRows } from '../json-rows.ts';
import { preparedRows } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';
import { askedValues, entryIn, METERS, ofAsked, USAGE_LOG } from './meter-tables.ts';
import { saveMeters } from './saved-meters.ts';
import { settleUsage } from './settled-usage.ts';
import { tidiedMeters } from './tidied-meters.ts';

export const FIND_METERS = {
  name: 'find-meters',
  postgres: `select ${METERS.selected()} from ${ofAsked('postgres', 'meters')}`,
  sqlite: `select ${METERS.selected()} from ${ofAsked('sqlite', 'meters')}`,
} as const;

/** SQLite has one writer at a time; Postgres holds the rows, in one order, so that nobody waits in a circle. */
export const HOLD_METERS = {
  name: 'hold-meters',
  postgres: `${FIND_METERS.postgres}
    order by meters.account_id collate "C", meters.feature collate "C" for update of meters`,
  sqlite: FIND_METERS.sqlite,
} as const;

const newestAt = (account: string, feature: string, at: string): string =>
  `select ${USAGE_LOG.selected()} from usage_entries
    where account_id = ${account} and feature = ${feature} and moved_at <= ${at}
    order by moved_at desc, version desc limit 1`;

export const ENTRY_AT = {
  name: 'usage-entry-at',
  postgres: newestAt('$1', '$2', '$3'),
  sqlite: newestAt('?', '?', '?'),
} as const;

const ERASE_LOG = `delete from usage_entries where (account_id, feature, moved_at, version) in (
    select account_id, feature, moved_at, version from usage_entries where account_id = ?
    order by account_id, feature, moved_at, version limit ?
  ) returning version`;

/** The newest line of a meter goes last: one without any is done with. */
const ERASE_METERS = `delete from meters where account_id = ? and not exists (
    select 1 from usage_entries where usage_entries.account_id = meters.account_id
      and usage_entries.feature = meters.feature
  )`;

export function knexMeters(database: Database): MeterStore {
  const { knex, dialect } = database;
  const inBytes = dialect === 'postgres' ? 'collate "C"' : '';
  const asked = async (question: typeof FIND_METERS | typeof HOLD_METERS, keys: readonly MeterKey[]) => {
    if (keys.length === 0) return [];
    const rows = await preparedRows(database, question, askedValues(dialect, keys));
    return rows.map((row): Meter => METERS.fromRow(row));
  };
  return {
    find: (keys) => asked(FIND_METERS, keys),
    hold: (keys) => asked(HOLD_METERS, keys),
    listOf: async (accountId) => {
      const sql = `select ${METERS.selected()} from meters where account_id = ? order by feature ${inBytes}`;
      return (await rawRows(database, sql, [accountId])).map((row) => METERS.fromRow(row));
    },
    save: saveMeters(database),
    settle: settleUsage(database),
    entryAt: async ({ accountId, feature }, at) => {
      const [row] = await preparedRows(database, ENTRY_AT, [accountId, feature, at]);
      return row && entryIn(row);
    },
    ...tidiedMeters(database),
    erase: async (accountId, limit) => {
      // Units that are used meanwhile wait, and begin a meter anew: no line outlives its meter.
      if (dialect === 'postgres')
        await knex('meters').where({ account_id: accountId }).orderByRaw('feature collate "C"').forUpdate();
      const lines = (await rawRows(database, ERASE_LOG, [accountId, limit])).length;
      await knex.raw(ERASE_METERS, [accountId]);
      return lines;
    },
  };
}
