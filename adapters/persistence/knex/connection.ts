import { createRequire } from 'node:module';
import knexPackage, { type Knex } from 'knex';
import type BetterSqlite3 from 'better-sqlite3';
import { rememberStatements } from './statements.ts';

const { knex } = knexPackage;
const require = createRequire(import.meta.url);

export type Dialect = 'sqlite' | 'postgres';

/** The two doors to one database: a writer, and a reader on which a write is an error of the database. */
export interface Connections {
  readonly dialect: Dialect;
  readonly writer: Knex;
  readonly reader: Knex;
  close(): Promise<void>;
}

interface Transaction {
  query(connection: unknown, sql: string): Promise<unknown>;
}
interface SqliteClient {
  new (...args: unknown[]): object;
}

/**
 * Knex begins a transaction on SQLite with a plain BEGIN, which takes the write lock at the first write:
 * two processes that read, then write, lose updates or fail (measured: 208 of 600). BEGIN IMMEDIATE queues
 * them at the start. Internal paths of Knex, therefore its version is pinned.
 */
function immediateClient(): typeof Knex.Client {
  const Client = require('knex/lib/dialects/better-sqlite3') as SqliteClient;
  const Base = require('knex/lib/dialects/sqlite3/execution/sqlite-transaction.js') as SqliteClient;
  class ImmediateTransaction extends Base {
    begin(connection: unknown): Promise<unknown> {
      return (this as unknown as Transaction).query(connection, 'BEGIN IMMEDIATE;');
    }
  }
  class ImmediateSqlite extends Client {
    transaction(...args: unknown[]): object {
      return new ImmediateTransaction(this, ...args);
    }
  }
  return ImmediateSqlite as unknown as typeof Knex.Client;
}

type PoolDone = (error: unknown, connection: unknown) => void;

export function openSqlite(filename: string): Connections {
  const open = (readonly: boolean): Knex =>
    knex({
      client: immediateClient(),
      connection: { filename, options: { readonly } },
      useNullAsDefault: true,
      compileSqlOnError: false,
      // The writer's pool of one is a queue; waiting longer than this becomes a 503.
      acquireConnectionTimeout: 10_000,
      pool: {
        min: 1,
        max: 1,
        afterCreate: (connection: BetterSqlite3.Database, done: PoolDone) => {
          connection.pragma('busy_timeout = 5000');
          connection.pragma('foreign_keys = ON');
          rememberStatements(connection);
          if (!readonly) {
            connection.pragma('journal_mode = WAL');
            connection.pragma('synchronous = FULL');
          }
          done(null, connection);
        },
      },
    });
  const writer = open(false);
  const reader = open(true);
  return { dialect: 'sqlite', writer, reader, close: () => closeAll(writer, reader) };
}

export interface PostgresOptions {
  readonly poolSize?: number;
  /** A replica for questions; by default they go to the same server, on connections that cannot write. */
  readonly readUrl?: string | undefined;
}

export function openPostgres(
  url: string,
  { poolSize = 10, readUrl = url }: PostgresOptions = {},
): Connections {
  const open = (connectionString: string, readonly: boolean): Knex =>
    knex({
      client: 'pg',
      // A failed statement must not carry its values into a log.
      compileSqlOnError: false,
      connection: {
        connectionString,
        application_name: 'usher',
        connectionTimeoutMillis: 3_000,
        options: settings(readonly),
      },
      acquireConnectionTimeout: 2_000,
      pool: { min: 0, max: poolSize },
    });
  const writer = open(url, false);
  const reader = open(readUrl, true);
  return { dialect: 'postgres', writer, reader, close: () => closeAll(writer, reader) };
}

/** Limits that keep one slow statement or forgotten transaction from holding everybody up. */
const settings = (readonly: boolean): string =>
  [
    '-c statement_timeout=5000',
    '-c lock_timeout=2000',
    '-c idle_in_transaction_session_timeout=10000',
    ...(readonly ? ['-c default_transaction_read_only=on'] : []),
  ].join(' ');

async function closeAll(writer: Knex, reader: Knex): Promise<void> {
  await reader.destroy();
  await writer.destroy();
}
