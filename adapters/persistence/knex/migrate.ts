import BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import type { Connections } from './connection.ts';
import { migrationSource } from './migrations/index.ts';

/**
 * Brings the schema to the newest version. Safe when several processes start at once on an empty database:
 * one migrates, the others wait for it. Knex's own lock row outlives a killed process, so it is cleared
 * under our lock, which does not.
 */
export async function migrate(connections: Connections): Promise<readonly string[]> {
  return alone(connections, () => latest(connections.writer));
}

/** Runs `work` in one process at a time of all that are on the database; it takes connections of its own. */
export async function alone<R>({ dialect, writer }: Connections, work: () => Promise<R>): Promise<R> {
  return dialect === 'postgres' ? alonePostgres(writer, work) : aloneSqlite(writer, work);
}

async function latest(knex: Knex): Promise<readonly string[]> {
  const config = { migrationSource };
  if (await knex.schema.hasTable('knex_migrations_lock')) await knex.migrate.forceFreeMigrationsLock(config);
  const [, names] = (await knex.migrate.latest(config)) as [number, string[]];
  return names;
}

const LOCK = 7_246_170;

async function alonePostgres<R>(knex: Knex, work: () => Promise<R>): Promise<R> {
  const connection: unknown = await knex.client.acquireConnection();
  try {
    await knex.raw('set statement_timeout = 0; set lock_timeout = 0').connection(connection);
    await knex.raw(`select pg_advisory_lock(${LOCK})`).connection(connection);
    return await work();
  } finally {
    await knex
      .raw(`select pg_advisory_unlock(${LOCK}); reset statement_timeout; reset lock_timeout`)
      .connection(connection);
    await knex.client.releaseConnection(connection);
  }
}

/** A lock file of SQLite's own kind beside the database: it is let go when its process ends, however it ends. */
async function aloneSqlite<R>(knex: Knex, work: () => Promise<R>): Promise<R> {
  const { filename } = knex.client.config.connection as { filename: string };
  const lock = new BetterSqlite3(`${filename}.lock`, { timeout: 60_000 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return await work();
  } finally {
    lock.close();
  }
}
