import type { MeterStore } from '../../../../src/entitlements/ports.ts';
import { instant } from '../../../../src/kernel/instant.ts';
import { rawRows } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';

/** The line that was the newest at the border answers for it, and stays. */
export const FORGET = `delete from usage_entries where account_id = ? and feature = ? and (moved_at, version) in (
    select moved_at, version from usage_entries
    where account_id = ? and feature = ? and (moved_at, version) < (
      select moved_at, version from usage_entries where account_id = ? and feature = ? and moved_at <= ?
      order by moved_at desc, version desc limit 1
    )
    order by moved_at, version limit ?
  ) returning version`;

const SECOND_LINE = `select moved_at from usage_entries where account_id = ? and feature = ?
  order by moved_at, version limit 1 offset 1`;

const UNTIDY = `select account_id, feature from meters where tidy_at <= ? order by tidy_at limit ?`;

/**
 * The log is found by its meters: `tidy_at` is a column that nobody who uses units writes, so its index costs them
 * nothing, while one over the age of the lines would be written with every unit.
 */
export const tidiedMeters = (database: Database): Pick<MeterStore, 'untidy' | 'forget' | 'tidyAt'> => ({
  untidy: async (now, limit) =>
    (await rawRows(database, UNTIDY, [now, limit])).map((row) => ({
      accountId: String(row['account_id']),
      feature: String(row['feature']),
    })),
  forget: async ({ accountId, feature }, border, limit) => {
    const key = [accountId, feature];
    const lines = (await rawRows(database, FORGET, [...key, ...key, ...key, border, limit])).length;
    const [second] = await rawRows(database, SECOND_LINE, key);
    return { lines, followedAt: second ? instant(Number(second['moved_at'])) : null };
  },
  tidyAt: async ({ accountId, feature }, at) => {
    await database.knex('meters').where({ account_id: accountId, feature }).update({ tidy_at: at });
  },
});
