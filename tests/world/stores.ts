import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { memoryStores } from '../../adapters/persistence/memory/stores/all.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../adapters/persistence/memory/unit-of-work.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { migratedDatabase } from './postgres.ts';
import { migratedFile } from './sqlite.ts';

export const STORES = ['memory', 'SQLite', 'Postgres'] as const;
export type StoreName = (typeof STORES)[number];

export interface OpenStores {
  readonly unitOfWork: UnitOfWork<AllStores>;
  /** Where other processes find the same database: on Postgres alone. */
  readonly url: string | null;
  close(): Promise<void>;
}

export const openers: Readonly<Record<StoreName, () => Promise<OpenStores>>> = {
  memory: async () => ({
    unitOfWork: new MemoryUnitOfWork(new MemoryDatabase(), memoryStores),
    url: null,
    close: async () => undefined,
  }),

  SQLite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-stores-'));
    const connections = openSqlite(await migratedFile(folder));
    return {
      unitOfWork: new KnexUnitOfWork(connections, knexStores),
      url: null,
      close: async () => {
        await connections.close();
        await rm(folder, { recursive: true });
      },
    };
  },

  Postgres: async () => {
    const database = await migratedDatabase(migrateUrl);
    const connections = openPostgres(database.url);
    return {
      unitOfWork: new KnexUnitOfWork(connections, knexStores),
      url: database.url,
      close: async () => {
        await connections.close();
        await database.drop();
      },
    };
  },
};

async function migrateUrl(url: string): Promise<void> {
  const connections: Connections = openPostgres(url);
  try {
    await migrate(connections);
  } finally {
    await connections.close();
  }
}

/** Runs one suite by name on every store: `describe('… on memory')`, `… on SQLite`, `… on Postgres`. */
export function onEveryStore(
  title: string,
  suite: (open: () => Promise<UnitOfWork<AllStores>>, name: StoreName) => void,
): void {
  for (const name of STORES) {
    describe(`${title} on ${name}`, () => {
      const opened: OpenStores[] = [];
      afterEach(async () => {
        for (const stores of opened.splice(0)) await stores.close();
      });
      suite(async () => {
        const stores = await openers[name]();
        opened.push(stores);
        return stores.unitOfWork;
      }, name);
    });
  }
}
