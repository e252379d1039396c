import type { Knex } from 'knex';
import { decodeCursor, pageOf, type Page, type PageRequest } from '../../../src/kernel/page.ts';
import { columnOf, type RecordTable, type Row } from './columns.ts';
import type { Database } from './unit-of-work.ts';

export interface PageOptions<T> {
  /** What the list is ordered by; ties are broken by id, in the same direction. */
  readonly order: {
    readonly field: keyof T & string;
    readonly direction: 'asc' | 'desc';
    readonly kind: 'number' | 'string';
  };
  readonly where?: (query: Knex.QueryBuilder) => Knex.QueryBuilder;
}

/** One page by keyset: the place of the last row, not a count of rows, so inserts move nothing. */
export async function keysetPage<T extends { readonly id: string }>(
  { knex }: Database,
  table: RecordTable<T>,
  { limit, cursor }: PageRequest,
  { order, where = (query) => query }: PageOptions<T>,
): Promise<Page<T>> {
  const column = columnOf(order.field);
  const query = where(knex(table.name)).orderBy([
    { column, order: order.direction },
    { column: 'id', order: order.direction },
  ]);
  if (cursor !== undefined) {
    const from = decodeCursor(cursor, order.kind);
    const beyond = order.direction === 'asc' ? '>' : '<';
    query.whereRaw(`(??, id) ${beyond} (?, ?)`, [column, from.value, from.id]);
  }
  const rows = (await query.limit(limit + 1)) as Row[];
  return pageOf(
    rows.map((row) => table.fromRow(row)),
    limit,
    (record) => ({ value: record[order.field] as string | number, id: record.id }),
  );
}
