import { keyOf, type Meter, type MeterKey } from '../../../../src/entitlements/meter.ts';
import type { UsageEntry } from '../../../../src/entitlements/usage-log.ts';
import { columnOf, RecordTable, type Columns, type Row } from '../columns.ts';
import { textArray } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';

const METER_COLUMNS: Columns<Meter> = {
  accountId: 'text',
  feature: 'text',
  periodStart: 'number',
  periodEnd: 'number',
  turn: 'number',
  per: 'text',
  subscriptionId: 'text',
  planVersion: 'text',
  pausedMs: 'number',
  allowance: 'number',
  used: 'number',
  over: 'number',
  lots: 'json',
  shelved: 'json',
  rateSince: 'number',
  rateUsed: 'number',
  lapsesAt: 'number',
  movedAt: 'number',
  version: 'number',
};

export const METERS = new RecordTable<Meter>('meters', METER_COLUMNS);
export const METER_NAMES: readonly string[] = Object.keys(METER_COLUMNS).map(columnOf);

/** A line of the log as it lies: how the meter stood, and what had moved it. */
type LogLine = Meter & Omit<UsageEntry, 'meter'>;

export const LOG_COLUMNS: Columns<LogLine> = {
  ...METER_COLUMNS,
  kind: 'text',
  units: 'number',
  grants: 'json',
};

export const USAGE_LOG = new RecordTable<LogLine>('usage_entries', LOG_COLUMNS);
export const LOG_NAMES: readonly string[] = Object.keys(LOG_COLUMNS).map(columnOf);

export const rowOf = ({ kind, units, meter, grants }: UsageEntry): Row =>
  USAGE_LOG.toRow({ ...meter, kind, units, grants });

export function entryIn(row: Row): UsageEntry {
  const { kind, units, grants, ...meter } = USAGE_LOG.fromRow(row);
  return { kind, units, meter, grants };
}

/** Orders entries by their meters as `hold` does: whoever writes several never waits in a circle. */
export const inOrderOfMeters = (entries: readonly UsageEntry[]): readonly UsageEntry[] =>
  entries.length < 2 ? entries : entries.toSorted((a, b) => (keyOf(a.meter) < keyOf(b.meter) ? -1 : 1));

/**
 * `<table> of the meters asked for` as a source of rows, in the words of either database. SQLite is told to begin
 * with those asked for: it knows nothing of their number.
 */
export const ofAsked = (dialect: Database['dialect'], table: string): string => {
  const [asked, join] =
    dialect === 'postgres'
      ? ['unnest($1::text[], $2::text[]) as asked (account_id, feature)', 'join']
      : [
          `(select json_extract(value, '$[0]') as account_id, json_extract(value, '$[1]') as feature
            from json_each(?)) as asked`,
          'cross join',
        ];
  return `${asked} ${join} ${table} on ${table}.account_id = asked.account_id and ${table}.feature = asked.feature`;
};

/** The parameters of `ofAsked`, which come first: each meter once. */
export function askedValues(dialect: Database['dialect'], keys: readonly MeterKey[]): readonly string[] {
  const distinct = [...new Map(keys.map((key) => [keyOf(key), key])).values()];
  return dialect === 'postgres'
    ? [
        textArray(distinct.map(({ accountId }) => accountId)),
        textArray(distinct.map(({ feature }) => feature)),
      ]
    : [JSON.stringify(distinct.map(({ accountId, feature }) => [accountId, feature]))];
}
