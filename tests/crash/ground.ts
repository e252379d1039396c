import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { startCluster, type PostgresServer } from '../world/postgres.ts';
import { startProcess, type UsherProcess } from './usher-process.ts';

export const DURABLE_STORES = ['SQLite', 'Postgres'] as const;
export type DurableStore = (typeof DURABLE_STORES)[number];

/** A place where the product keeps what it promised: it outlives every process that is started on it. */
export interface Ground {
  readonly store: DurableStore;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** The Postgres beneath, with the durability of production; null on SQLite. */
  readonly cluster: PostgresServer | null;
  serve(extra?: NodeJS.ProcessEnv): Promise<UsherProcess>;
  work(extra?: NodeJS.ProcessEnv): Promise<UsherProcess>;
  /** The database from beside, for looking: it must exist by now. */
  look<R>(at: (connections: Connections) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/**
 * Short times after which an interrupted purchase, delivery or mail is taken over, so that a test takes
 * seconds. Everything else is as an operator would have it, durability above all.
 */
const VARIABLES = {
  HOST: '127.0.0.1',
  PORT: '0',
  SEED: 'none',
  PACKAGING: 'off',
  LOG_LEVEL: 'error',
  RATE_LIMITS: 'off',
  PURCHASE_STALE_SECONDS: '1',
  DELIVERY_LEASE_SECONDS: '2',
  // Starting is most of what these tests cost.
  NODE_COMPILE_CACHE: join(tmpdir(), 'usher-compile-cache'),
};

let cluster: Promise<PostgresServer> | undefined;
/** One durable cluster for all grounds of this process: starting one costs more than most tests. */
const durableCluster = (): Promise<PostgresServer> => (cluster ??= startCluster({ durable: true }));

/** An empty folder, and an empty database where the store is Postgres. */
export async function openGround(store: DurableStore): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-crash-'));
  const server = store === 'Postgres' ? await durableCluster() : null;
  const database = await server?.createDatabase();
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    ...VARIABLES,
    DATA_DIR: dataDir,
    ...(database ? { DATABASE_URL: database.url } : {}),
  };
  const started: UsherProcess[] = [];
  const start = async (command: 'serve' | 'worker', extra: NodeJS.ProcessEnv): Promise<UsherProcess> => {
    const usher = await startProcess(command, { ...env, ...extra });
    started.push(usher);
    return usher;
  };
  return {
    store,
    dataDir,
    env,
    cluster: server,
    serve: (extra = {}) => start('serve', extra),
    work: (extra = {}) => start('worker', extra),
    look: async (at) => {
      const connections = database ? openPostgres(database.url) : openSqlite(join(dataDir, 'usher.sqlite'));
      try {
        return await at(connections);
      } finally {
        await connections.close();
      }
    },
    close: async () => {
      for (const usher of started) await usher.kill();
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
