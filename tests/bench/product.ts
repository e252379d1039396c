import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type PostgresServer } from '../world/postgres.ts';
import { serve, type Served } from './processes.ts';

export const STORES = (process.env['BENCH_STORES'] ?? 'sqlite,postgres').split(',');

/** The product in a process of its own, on a store of its own. */
export interface Product extends Served {
  readonly dataDir: string;
  /** The environment that it runs in. */
  readonly variables: NodeJS.ProcessEnv;
  readonly admin: { readonly email: string; readonly password: string };
  /** The database's process, where it is not a part of ours. */
  readonly database: number | undefined;
}

/** Everything of the real edge is on; only the limits' numbers are out of the way. */
const environment = (dataDir: string, databaseUrl: string | null): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '--max-semi-space-size=8',
  DATA_DIR: dataDir,
  PORT: '0',
  SEED: 'none',
  PACKAGING: 'off',
  LOG_LEVEL: 'info',
  RATE_LIMIT_ANONYMOUS: '1000000000',
  RATE_LIMIT_ACCOUNT: '1000000000',
  RATE_LIMIT_REGISTER: '1000000000',
  ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
});

export interface Production {
  readonly store: string;
  /** Variables of the environment, over those of a bench. */
  readonly variables?: NodeJS.ProcessEnv;
}

/** Starts the product with an admin, and stops it and whatever it needed when `work` is done. */
export async function withProduct(
  { store, variables = {} }: Production,
  work: (product: Product) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const cluster = store === 'postgres' ? await startCluster({ durable: true }) : undefined;
  const created = await cluster?.createDatabase();
  const env = { ...environment(dataDir, created?.url ?? null), ...variables };
  const admin = { email: 'bench-admin@example.com', password: 'bench admin password 1' };
  spawnSync(process.execPath, ['adapters/start.js', 'admin', 'create', admin.email], {
    env: { ...env, ADMIN_PASSWORD: admin.password },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const served = await serve('adapters/start.js', ['serve'], env);
  try {
    await work({ ...served, dataDir, variables: env, admin, database: cluster && (await serverOf(cluster)) });
  } finally {
    await served.stop();
    await cluster?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The process that all others of the cluster come from: the first line of its lock file. */
async function serverOf(cluster: PostgresServer): Promise<number> {
  const [row] = await cluster.query('show data_directory');
  const lock = join(String(row?.['data_directory']), 'postmaster.pid');
  return Number.parseInt(await readFile(lock, 'utf8'), 10);
}
