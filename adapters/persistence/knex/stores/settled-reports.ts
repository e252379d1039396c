import type BetterSqlite3 from 'better-sqlite3';
import type { SettledReport, StreamStore } from '../../../../src/playback/ports.ts';
import { columnOf } from '../columns.ts';
import { atomically, namedRows, onSqlite, plainArray } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';

/** What is written, with the type that Postgres reads it as. None of it is text that somebody else wrote. */
const WRITTEN = {
  status: 'text',
  seq: 'bigint',
  positionSeconds: 'double precision',
  watchedSeconds: 'double precision',
  lastSeenAt: 'bigint',
  aliveUntil: 'bigint',
  pausedAt: 'bigint',
  version: 'integer',
} as const satisfies Readonly<Record<Exclude<keyof SettledReport, 'id'>, string>>;

const FIELDS = Object.keys(WRITTEN) as (keyof typeof WRITTEN)[];
const assigned = (value: (column: string) => string): string =>
  FIELDS.map(columnOf)
    .map((column) => `${column} = ${value(column)}`)
    .join(', ');

const SETTLE_ONE = `update streams set ${assigned(() => '?')} where id = ? and version = ?`;

/** One row that is a list, for the driver's sake. */
const SETTLE_ALL = {
  name: 'settle-stream-reports',
  text: `with settled as (
      update streams set ${assigned((column) => `given.${column}`)}
      from unnest($1::text[], ${FIELDS.map((field, index) => `$${index + 2}::${WRITTEN[field]}[]`).join(', ')})
        as given (id, ${FIELDS.map(columnOf).join(', ')})
      where streams.id = given.id and streams.version = given.version - 1
      returning streams.id
    )
    select coalesce(json_agg(id), '[]') as ids from settled`,
} as const;

/** One write for each report and not a read: the guard on the version is the read. */
export const settleReports =
  (database: Database): StreamStore['settle'] =>
  async (reports) => {
    if (reports.length === 0) return new Set();
    return database.dialect === 'postgres'
      ? settleTogether(database, reports)
      : onSqlite(database, (connection) => atomically(connection, () => settleEach(connection, reports)));
  };

async function settleTogether(
  database: Database,
  reports: readonly SettledReport[],
): Promise<ReadonlySet<string>> {
  // In one order, so that two processes with the same streams do not wait for one another in a circle.
  const sorted = reports.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const ids = plainArray(sorted.map(({ id }) => id));
  const columns = FIELDS.map((field) => plainArray(sorted.map((report) => report[field])));
  const [row] = await namedRows(database, SETTLE_ALL, [ids, ...columns]);
  return new Set(row?.['ids'] as readonly string[]);
}

function settleEach(
  connection: BetterSqlite3.Database,
  reports: readonly SettledReport[],
): ReadonlySet<string> {
  const settle = connection.prepare(SETTLE_ONE);
  const settled = new Set<string>();
  for (const report of reports) {
    const { changes } = settle.run(
      report.status,
      report.seq,
      report.positionSeconds,
      report.watchedSeconds,
      report.lastSeenAt,
      report.aliveUntil,
      report.pausedAt,
      report.version,
      report.id,
      report.version - 1,
    );
    if (changes === 1) settled.add(report.id);
  }
  return settled;
}
