import type { Database } from './unit-of-work.ts';

/** Removes rows of one account, a bounded number of them. */
export const erasedFrom =
  ({ knex }: Database, table: string) =>
  (accountId: string, limit: number): Promise<number> =>
    knex(table)
      .whereIn('id', knex(table).select('id').where({ account_id: accountId }).orderBy('id').limit(limit))
      .delete();
