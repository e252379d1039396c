import type { Knex } from 'knex';
import { columnOf, type ColumnKind, type Columns, type Row } from './columns.ts';
import type { Database } from './unit-of-work.ts';

const POSTGRES_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  number: 'numeric',
  boolean: 'boolean',
  json: 'text',
};

/** Where the json stands: Knex says `?`, a named statement of Postgres its number. */
type Parameter = '?' | `$${number}::json`;

/**
 * SQL for a set of rows that travel as ONE json parameter: any number of rows is the same statement, and one
 * round trip. A number travels as `numeric` and takes the type of the column it is written to; JSON travels as
 * the text that `RecordTable` makes of it.
 */
export function rowsFromJson<T>(
  dialect: Database['dialect'],
  columns: Columns<T>,
  parameter: Parameter = '?',
): string {
  const fields = Object.entries(columns) as [string, ColumnKind][];
  if (dialect === 'postgres') {
    const typed = fields.map(([field, kind]) => `${columnOf(field)} ${POSTGRES_TYPES[kind]}`);
    const selected = fields.map(([field, kind]) => selectedAs(columnOf(field), kind));
    return `select ${selected.join(', ')} from json_to_recordset(${parameter}) as given(${typed.join(', ')})`;
  }
  const extracted = fields.map(
    ([field]) => `json_extract(value, '$.${columnOf(field)}') as ${columnOf(field)}`,
  );
  return `select ${extracted.join(', ')} from json_each(?)`;
}

const selectedAs = (column: string, kind: ColumnKind): string =>
  kind === 'json' ? `${column}::json as ${column}` : column;

/** The rows of a raw statement, whichever driver answered. */
export async function rawRows(
  { knex }: Database,
  sql: string,
  bindings: readonly Knex.RawBinding[],
): Promise<Row[]> {
  const answer = (await knex.raw(sql, [...bindings])) as Row[] | { readonly rows: Row[] };
  return Array.isArray(answer) ? answer : answer.rows;
}

/** The set of texts in one json parameter, for `in (…)`. */
export const textsFromJson = (dialect: Database['dialect'], parameter: Parameter = '?'): string =>
  dialect === 'postgres' ? `select json_array_elements_text(${parameter})` : 'select value from json_each(?)';
