import type { Knex } from 'knex';
import { instant, type Instant } from '../../../src/kernel/instant.ts';
import type { Row } from './columns.ts';

/** The earliest due time at or before `until` among the rows of a query. */
export async function earliestDue(
  query: Knex.QueryBuilder,
  column: string,
  until: Instant,
): Promise<Instant | undefined> {
  const row = (await query.where(column, '<=', until).min({ due: column }).first()) as Row | undefined;
  const due = row?.['due'] ?? null;
  return due === null ? undefined : instant(Number(due));
}
