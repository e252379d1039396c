import type BetterSqlite3 from 'better-sqlite3';

/** Statements kept per connection; the least recently used goes first. */
const KEPT = 500;

/**
 * Makes a connection remember its prepared statements by their text. Knex prepares each query anew, which
 * costs SQLite several times what running a point read does. Safe because Knex runs a statement to its end
 * in one synchronous call: none is ever in use twice.
 */
export function rememberStatements(connection: BetterSqlite3.Database): void {
  const prepare = connection.prepare.bind(connection) as (sql: string) => BetterSqlite3.Statement;
  const kept = new Map<string, BetterSqlite3.Statement>();
  const remembered = (sql: string): BetterSqlite3.Statement => {
    const statement = kept.get(sql) ?? prepare(sql);
    kept.delete(sql);
    kept.set(sql, statement);
    const [oldest] = kept.size > KEPT ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return statement;
  };
  Object.defineProperty(connection, 'prepare', { value: remembered });
}
