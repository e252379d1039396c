import Database from 'better-sqlite3';
import type BetterSqlite3 from 'better-sqlite3';
import { rememberStatements } from './statements.ts';

/** How a connection is to behave, whoever opened it. */
export function prepareConnection(connection: BetterSqlite3.Database, readonly: boolean): void {
  connection.pragma('busy_timeout = 5000');
  connection.pragma('foreign_keys = ON');
  rememberStatements(connection);
  if (readonly) return;
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
}

/** A writing connection past Knex. */
export function openWriter(filename: string): BetterSqlite3.Database {
  const connection = new Database(filename);
  prepareConnection(connection, false);
  return connection;
}
