import type BetterSqlite3 from 'better-sqlite3';
import type { Row } from './columns.ts';
import type { Database } from './unit-of-work.ts';

/** A statement that Postgres plans once for each connection; parameters are `$1`, `$2`, …. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
}

interface PostgresConnection {
  query(
    statement: NamedStatement & { readonly values: readonly unknown[] },
  ): Promise<{ readonly rows: Row[] }>;
}

/** Runs a hot statement on Postgres past Knex, which would hand it over to be planned anew. */
export async function namedRows(
  { knex }: Database,
  statement: NamedStatement,
  values: readonly unknown[],
): Promise<Row[]> {
  const connection = (await knex.client.acquireConnection()) as PostgresConnection;
  try {
    return (await connection.query({ ...statement, values })).rows;
  } finally {
    await knex.client.releaseConnection(connection);
  }
}

/** One question in the words of both databases; SQLite says `?` for each parameter. */
export interface PreparedQuestion {
  readonly name: string;
  readonly postgres: string;
  readonly sqlite: string;
}

/** Asks a hot question past Knex, prepared on either database. */
export const preparedRows = (
  database: Database,
  { name, postgres, sqlite }: PreparedQuestion,
  values: readonly unknown[],
): Promise<Row[]> =>
  database.dialect === 'postgres'
    ? namedRows(database, { name, text: postgres }, values)
    : onSqlite(database, (connection) => connection.prepare<unknown[], Row>(sqlite).all(...values));

/**
 * Lends the connection to prepared calls past Knex, which costs more than a call takes SQLite. `use` is
 * synchronous, so nothing comes between its calls.
 */
export async function onSqlite<R>(
  { knex }: Database,
  use: (connection: BetterSqlite3.Database) => R,
): Promise<R> {
  const connection = (await knex.client.acquireConnection()) as BetterSqlite3.Database;
  try {
    return use(connection);
  } finally {
    await knex.client.releaseConnection(connection);
  }
}

/** Runs `work` atomically: inside the transaction that is open, else in one of its own. */
export function atomically<R>(connection: BetterSqlite3.Database, work: () => R): R {
  if (connection.inTransaction) return work();
  connection.prepare('begin immediate').run();
  try {
    const result = work();
    connection.prepare('commit').run();
    return result;
  } finally {
    if (connection.inTransaction) connection.prepare('rollback').run();
  }
}

/**
 * An array parameter of Postgres as text, several times cheaper than the driver's own. For numbers, ids and
 * words of ours only: nothing is quoted.
 */
export const plainArray = (values: readonly (number | string | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** The same for texts that somebody else wrote, such as the name of a feature: `null` is one, too. */
export const textArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
