import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PgBoss } from 'pg-boss';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { pgBossOutbox } from '../jobs/pg-boss-queue.ts';
import type { AllStores } from '../persistence/all-stores.ts';
import { openPostgres, openSqlite, type Connections } from '../persistence/knex/connection.ts';
import { migrate } from '../persistence/knex/migrate.ts';
import { knexStores } from '../persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../persistence/knex/unit-of-work.ts';
import { memoryStores } from '../persistence/memory/stores/all.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../persistence/memory/unit-of-work.ts';
import type { Config } from './config.ts';

/** Opens the profile's database and brings its schema up to date. Null in memory. */
export async function openDatabase(config: Config): Promise<Connections | null> {
  if (config.profile === 'memory') return null;
  const connections = await connect(config);
  await migrate(connections);
  return connections;
}

async function connect({ profile, databaseUrl, databasePool, dataDir }: Config): Promise<Connections> {
  if (profile === 'postgres') return openPostgres(databaseUrl ?? '', { poolSize: databasePool });
  await mkdir(dataDir, { recursive: true });
  return openSqlite(join(dataDir, 'usher.sqlite'));
}

/** The door to the stores: over the open database, or over a memory of its own. */
export function unitOfWorkOver(
  connections: Connections | null,
  boss: PgBoss | null,
  afterCommit: () => void,
): UnitOfWork<AllStores> {
  if (!connections) return new MemoryUnitOfWork(new MemoryDatabase(), memoryStores, afterCommit);
  const outbox = boss ? pgBossOutbox(boss) : undefined;
  return new KnexUnitOfWork(connections, (database) => knexStores(database, outbox), afterCommit);
}
