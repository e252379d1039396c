import type BetterSqlite3 from 'better-sqlite3';
import { Recent } from '../../../src/kernel/recent.ts';

/** Statements kept per connection; the least recently used goes first. */
const KEPT = 500;

/**
 * Makes a connection remember its prepared statements by their text. Knex prepares each query anew, which
 * costs SQLite several times what running a point read does. Safe because Knex runs a statement to its end
 * in one synchronous call: none is ever in use twice.
 */
export function rememberStatements(connection: BetterSqlite3.Database): void {
  const prepare = connection.prepare.bind(connection) as (sql: string) => BetterSqlite3.Statement;
  const kept = new Recent<string, BetterSqlite3.Statement>(KEPT);
  const remembered = (sql: string): BetterSqlite3.Statement => {
    const known = kept.get(sql);
    if (known) return known;
    const statement = prepare(sql);
    kept.set(sql, statement);
    return statement;
  };
  Object.defineProperty(connection, 'prepare', { value: remembered });
}
