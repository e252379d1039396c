import type BetterSqlite3 from 'better-sqlite3';
import { keyOf, type Meter } from '../../../../src/entitlements/meter.ts';
import type { MeterStore } from '../../../../src/entitlements/ports.ts';
import type { UsageEntry } from '../../../../src/entitlements/usage-log.ts';
import { columnOf } from '../columns.ts';
import { atomically, namedRows, onSqlite, plainArray, textArray } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';
import { inOrderOfMeters, LOG_NAMES, METER_NAMES } from './meter-tables.ts';

/** What steady use changes of a meter: all of it numbers. */
const WRITTEN = ['used', 'rateSince', 'rateUsed', 'movedAt', 'version'] as const satisfies (keyof Meter)[];

const assigned = (value: (column: string) => string): string =>
  WRITTEN.map(columnOf)
    .map((column) => `${column} = ${value(column)}`)
    .join(', ');

const METER_LIST = METER_NAMES.join(', ');
const LOG_LIST = LOG_NAMES.join(', ');
/** The line of a meter as it lies now, and what its plan's own allowance gave it. */
const logged = (units: string): string => `${METER_LIST}, 'consumed', ${units}, '{}'`;

export const SETTLE_ONE = `update meters set ${assigned(() => '?')} where account_id = ? and feature = ? and version = ?`;
export const LOG_ONE = `insert into usage_entries (${LOG_LIST})
  select ${logged('?')} from meters where account_id = ? and feature = ?`;

/**
 * Holds the rows first, in the order of `hold`: an update locks them as its plan comes across them, and two batches
 * with the same meters would wait for one another in a circle. Answers with one row that is a list, for the
 * driver's sake: the places of those that were settled.
 */
export const SETTLE_ALL = {
  name: 'settle-usage',
  text: `with held as (
      select given.* from unnest($1::text[], $2::text[], $3::bigint[], ${WRITTEN.map((_, index) => `$${index + 4}::bigint[]`).join(', ')})
        with ordinality as given (account_id, feature, units, ${WRITTEN.map(columnOf).join(', ')}, place)
      join meters on meters.account_id = given.account_id and meters.feature = given.feature
        and meters.version = given.version - 1
      order by meters.account_id collate "C", meters.feature collate "C" for update of meters
    ),
    settled as (
      update meters set ${assigned((column) => `given.${column}`)}
      from held as given
      where meters.account_id = given.account_id and meters.feature = given.feature
        and meters.version = given.version - 1
      returning ${METER_NAMES.map((name) => `meters.${name}`).join(', ')}, given.units, given.place
    ),
    logged as (insert into usage_entries (${LOG_LIST}) select ${logged('units')} from settled)
    select coalesce(json_agg(place), '[]') as places from settled`,
} as const;

/** One write for each meter and not a read: the guard on the version is the read. */
export const settleUsage =
  (database: Database): MeterStore['settle'] =>
  async (entries) => {
    if (entries.length === 0) return new Set();
    return database.dialect === 'postgres'
      ? settleTogether(database, entries)
      : onSqlite(database, (connection) => atomically(connection, () => settleEach(connection, entries)));
  };

async function settleTogether(
  database: Database,
  entries: readonly UsageEntry[],
): Promise<ReadonlySet<string>> {
  const sorted = inOrderOfMeters(entries);
  const meters = sorted.map(({ meter }) => meter);
  const [row] = await namedRows(database, SETTLE_ALL, [
    textArray(meters.map(({ accountId }) => accountId)),
    textArray(meters.map(({ feature }) => feature)),
    plainArray(sorted.map(({ units }) => units)),
    ...WRITTEN.map((field) => plainArray(meters.map((meter) => meter[field]))),
  ]);
  const places = new Set(row?.['places'] as readonly number[]);
  return new Set(meters.filter((_, index) => places.has(index + 1)).map(keyOf));
}

function settleEach(connection: BetterSqlite3.Database, entries: readonly UsageEntry[]): ReadonlySet<string> {
  const settle = connection.prepare(SETTLE_ONE);
  const log = connection.prepare(LOG_ONE);
  const settled = new Set<string>();
  for (const { meter, units } of entries) {
    const { accountId, feature, version } = meter;
    const values = WRITTEN.map((field) => meter[field]);
    if (settle.run(...values, accountId, feature, version - 1).changes === 0) continue;
    log.run(units, accountId, feature);
    settled.add(keyOf(meter));
  }
  return settled;
}
