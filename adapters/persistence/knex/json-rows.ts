import type { Knex } from 'knex';
import { columnOf, type ColumnKind, type Columns, type Row } from './columns.ts';
import type { Database } from './unit-of-work.ts';

const POSTGRES_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  number: 'numeric',
  boolean: 'boolean',
  json: 'json',
};

/**
 * SQL for a set of rows that travel as ONE json parameter: any number of rows is the same statement, and one
 * round trip. A number travels as `numeric` and takes the type of the column it is written to.
 */
export function rowsFromJson<T>(dialect: Database['dialect'], columns: Columns<T>): string {
  const fields = Object.entries(columns) as [string, ColumnKind][];
  if (dialect === 'postgres') {
    const typed = fields.map(([field, kind]) => `${columnOf(field)} ${POSTGRES_TYPES[kind]}`);
    return `select * from json_to_recordset(?) as given(${typed.join(', ')})`;
  }
  const extracted = fields.map(
    ([field]) => `json_extract(value, '$.${columnOf(field)}') as ${columnOf(field)}`,
  );
  return `select ${extracted.join(', ')} from json_each(?)`;
}

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
export const textsFromJson = (dialect: Database['dialect']): string =>
  dialect === 'postgres' ? 'select json_array_elements_text(?)' : 'select value from json_each(?)';
