import type { MeterStore } from '../../../../src/entitlements/ports.ts';
import type { UsageEntry } from '../../../../src/entitlements/usage-log.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { Row } from '../columns.ts';
import { rowsFromJson } from '../json-rows.ts';
import { atomically, namedRows, onSqlite } from '../prepared.ts';
import { assignedParameters, parameters } from '../row-writes.ts';
import type { Database } from '../unit-of-work.ts';
import { inOrderOfMeters, LOG_COLUMNS, LOG_NAMES, METER_NAMES, rowOf } from './meter-tables.ts';

const METER_LIST = METER_NAMES.join(', ');
const LOG_LIST = LOG_NAMES.join(', ');
const CHANGED = METER_NAMES.filter((name) => name !== 'account_id' && name !== 'feature');

/** A first version begins the row, any other moves the one before it on: what did neither is not in the answer. */
export const SAVE_TOGETHER = {
  name: 'save-meters',
  text: `with given as (${rowsFromJson('postgres', LOG_COLUMNS, '$1::json')}),
    begun as (
      insert into meters (${METER_LIST}) select ${METER_LIST} from given where version = 1
      on conflict do nothing
      returning account_id, feature
    ),
    moved as (
      update meters set ${CHANGED.map((name) => `${name} = given.${name}`).join(', ')}
      from given
      where meters.account_id = given.account_id and meters.feature = given.feature
        and meters.version = given.version - 1
      returning meters.account_id, meters.feature
    ),
    saved as (select account_id, feature from begun union all select account_id, feature from moved),
    logged as (
      insert into usage_entries (${LOG_LIST})
      select ${LOG_NAMES.map((name) => `given.${name}`).join(', ')} from given
      join saved on saved.account_id = given.account_id and saved.feature = given.feature
    )
    select count(*) as saved from saved`,
} as const;

const BEGIN_ONE = `insert into meters (${METER_LIST}) values (${parameters(METER_NAMES)}) on conflict do nothing`;
const MOVE_ONE = `update meters set ${assignedParameters(CHANGED)}
  where account_id = ? and feature = ? and version = ?`;
const LOG_ONE = `insert into usage_entries (${LOG_LIST}) values (${parameters(LOG_NAMES)})`;

export const saveMeters =
  (database: Database): MeterStore['save'] =>
  async (entries) => {
    if (entries.length === 0) return;
    const saved =
      database.dialect === 'postgres'
        ? await saveTogether(database, entries)
        : await saveEach(database, entries);
    if (saved !== entries.length) throw new LostRace('meters moved on');
  };

async function saveTogether(database: Database, entries: readonly UsageEntry[]): Promise<number> {
  const rows = inOrderOfMeters(entries).map(rowOf);
  const [row] = await namedRows(database, SAVE_TOGETHER, [JSON.stringify(rows)]);
  return Number(row?.['saved']);
}

const saveEach = (database: Database, entries: readonly UsageEntry[]): Promise<number> =>
  onSqlite(database, (connection) =>
    atomically(connection, () => {
      const begin = connection.prepare(BEGIN_ONE);
      const move = connection.prepare(MOVE_ONE);
      const log = connection.prepare(LOG_ONE);
      let saved = 0;
      for (const { meter, ...entry } of entries) {
        const row = rowOf({ ...entry, meter });
        const { changes } =
          meter.version === 1
            ? begin.run(valuesOf(row, METER_NAMES))
            : move.run(...valuesOf(row, CHANGED), meter.accountId, meter.feature, meter.version - 1);
        if (changes === 1) log.run(valuesOf(row, LOG_NAMES));
        saved += changes;
      }
      return saved;
    }),
  );

const valuesOf = (row: Row, names: readonly string[]): unknown[] => names.map((name) => row[name]);
