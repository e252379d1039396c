import { instant, type Instant } from '../../../../src/kernel/instant.ts';
import type { Beginning } from '../../../../src/playback/history-ports.ts';
import { rawRows } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';

/** The oldest row of a table that began before `border`. `which` is said as the index says it, or it is not used. */
export async function oldestBeginning(
  database: Database,
  table: 'streams' | 'watch_log',
  border: Instant,
  which = 'true',
): Promise<Beginning | undefined> {
  const sql = `select account_id, started_at from ${table} where ${which} and started_at < ?
    order by started_at limit 1`;
  const [row] = await rawRows(database, sql, [border]);
  return row && { accountId: String(row['account_id']), startedAt: instant(Number(row['started_at'])) };
}
