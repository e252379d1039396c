import type BetterSqlite3 from 'better-sqlite3';
import { LostRace } from '../../../src/kernel/domain-error.ts';
import { columnOf, type Columns, type RecordTable, type Row } from './columns.ts';
import { rawRows, rowsFromJson } from './json-rows.ts';
import type { Database } from './unit-of-work.ts';

/** One write of many rows, said twice: for a single row, and for rows that travel together. */
export interface RowWrite {
  /** With a parameter for each column, in the order of `columns`. */
  readonly each: string;
  readonly columns: readonly string[];
  /** With ONE json parameter, returning what it wrote. */
  readonly together: string;
}

/**
 * Writes rows inside a transaction and tells how many were written. On Postgres a round trip is the cost, so
 * all go in one statement. SQLite answers a prepared call in microseconds but takes ten times as long to
 * take JSON apart, so there each row is a call.
 */
export async function writeRows(database: Database, sql: RowWrite, rows: readonly Row[]): Promise<number> {
  if (rows.length === 0) return 0;
  if (database.dialect === 'postgres') {
    return (await rawRows(database, sql.together, [JSON.stringify(rows)])).length;
  }
  const connection = (await database.knex.client.acquireConnection()) as BetterSqlite3.Database;
  const statement = connection.prepare(sql.each);
  const { columns } = sql;
  return rows.reduce((written, row) => {
    const values = columns.map((column) => bound(row[column]));
    return written + statement.run(values).changes;
  }, 0);
}

/** SQLite has no booleans. */
const bound = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);

/** `a = ?, b = ?` for columns. */
export const assignedParameters = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = ?`).join(', ');

/** `?, ?` for columns. */
export const parameters = (columns: readonly string[]): string => columns.map(() => '?').join(', ');

/** `a = given.a, b = given.b` for the columns of a record. */
export const assignments = (columns: object, source: string): string =>
  Object.keys(columns)
    .map((field) => `${columnOf(field)} = ${source}.${columnOf(field)}`)
    .join(', ');

/** Changes rows that are known by an id, where the stored version is one behind. */
export function guardedUpdate<T>(
  table: string,
  changes: Columns<T & { readonly version: number }>,
): RowWrite {
  const changed = Object.keys(changes).map(columnOf);
  return {
    each: `update ${table} set ${assignedParameters(changed)} where id = ? and version = ? - 1`,
    columns: [...changed, 'id', 'version'],
    together: `update ${table} set ${assignments(changes, 'given')}
      from (${rowsFromJson('postgres', { id: 'text', ...changes })}) as given
      where ${table}.id = given.id and ${table}.version = given.version - 1 returning ${table}.id`,
  };
}

/** Writes all records together; one that moved on meanwhile is not among those written: a lost race. */
export async function saveAll<T extends object>(
  database: Database,
  table: RecordTable<T>,
  { write, records }: { readonly write: RowWrite; readonly records: readonly T[] },
): Promise<void> {
  const rows = records.map((record) => table.toRow(record));
  const written = await writeRows(database, write, rows);
  if (written !== records.length) throw new LostRace(`${table.name} moved on`);
}
