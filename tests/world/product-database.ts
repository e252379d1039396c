import { createBoss } from '../../adapters/jobs/pg-boss.ts';
import { openPostgres } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { migratedDatabase, type TestDatabase } from './postgres.ts';

/** A database with the product's schema and the queue's, copied from one that was migrated once. */
export const emptyDatabase = (): Promise<TestDatabase> => migratedDatabase(prepare);

async function prepare(url: string): Promise<void> {
  const connections = openPostgres(url);
  try {
    await migrate(connections);
  } finally {
    await connections.close();
  }
  const failures = { failed: (what: string, error: unknown) => console.error(what, error) };
  const boss = createBoss({ url, runs: false, failures });
  await boss.start();
  await boss.stop({ graceful: false });
}
