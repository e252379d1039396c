import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterSQLite } from 'rate-limiter-flexible';
import { openPostgres, openSqlite } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { memoryStores } from '../../adapters/persistence/memory/stores/all.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../adapters/persistence/memory/unit-of-work.ts';
import type { EntitlementStores } from '../../src/entitlements/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { entitlementsOn, holding, metered } from '../world/entitlements.ts';
import { startCluster } from '../world/postgres.ts';
import { median } from './load.ts';

/**
 * `npm run bench -- usage`: a unit used as a library call, beside rate-limiter-flexible on the same kind of store,
 * both durable before they answer, interleaved in one run: so many units a second with 64 callers at once, who are
 * one account or ten thousand.
 */
const CALLERS = 64;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const MS = Number(process.env['BENCH_SECONDS'] ?? 2) * 1_000;
const MUCH = 1_000_000_000;

type Use = (account: string) => Promise<unknown>;

interface Contest {
  readonly store: string;
  readonly ours: Use;
  readonly theirs: Use;
  close(): Promise<void>;
}

const accountIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `01980000-0000-7000-8000-${String(index).padStart(12, '0')}`);

function oursOn(unitOfWork: UnitOfWork<EntitlementStores>): Use {
  const { entitlements } = entitlementsOn(unitOfWork, { everybody: holding([metered({ limit: MUCH })]) });
  return (accountId) => entitlements.consume({ accountId, feature: 'api_calls', amount: 1, onBehalf: false });
}

async function inMemory(): Promise<Contest> {
  const limiter = new RateLimiterMemory({ points: MUCH, duration: 0 });
  return {
    store: 'memory',
    ours: oursOn(new MemoryUnitOfWork(new MemoryDatabase(), memoryStores)),
    theirs: (account) => limiter.consume(account),
    close: async () => undefined,
  };
}

async function onSqlite(): Promise<Contest> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const connections = openSqlite(join(folder, 'usher.sqlite'));
  await migrate(connections);
  const storeClient = new Sqlite(join(folder, 'theirs.sqlite'));
  storeClient.pragma('journal_mode = WAL');
  storeClient.pragma('synchronous = FULL');
  const options = {
    storeClient,
    storeType: 'better-sqlite3',
    points: MUCH,
    duration: 0,
    tableName: 'limits',
  };
  const limiter = await made((done) => new RateLimiterSQLite(options, done));
  return {
    store: 'SQLite',
    ours: oursOn(new KnexUnitOfWork(connections, knexStores)),
    theirs: (account) => limiter.consume(account),
    close: async () => {
      await connections.close();
      storeClient.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function onPostgres(): Promise<Contest> {
  const cluster = await startCluster({ durable: true });
  const { url } = await cluster.createDatabase();
  const connections = openPostgres(url);
  await migrate(connections);
  const storeClient = new pg.Pool({ connectionString: url, max: 10 });
  const options = { storeClient, points: MUCH, duration: 0, tableName: 'limits' };
  const limiter = await made((done) => new RateLimiterPostgres(options, done));
  return {
    store: 'Postgres',
    ours: oursOn(new KnexUnitOfWork(connections, knexStores)),
    theirs: (account) => limiter.consume(account),
    close: async () => {
      await connections.close();
      await storeClient.end();
      await cluster.stop();
    },
  };
}

/** Theirs makes a table first, and says so by a callback. */
const made = <T>(make: (done: (error?: Error) => void) => T): Promise<T> =>
  new Promise((resolve, reject) => {
    const limiter = make((error) => (error ? reject(error) : resolve(limiter)));
  });

/** Units a second, with so many callers that each wait for their answer. */
async function speedOf(use: Use, accounts: readonly string[]): Promise<number> {
  const end = performance.now() + MS;
  let done = 0;
  const caller = async (_: unknown, seat: number): Promise<void> => {
    for (let turn = seat; performance.now() < end; turn += CALLERS) {
      await use(accounts[turn % accounts.length] ?? '');
      done += 1;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return (done * 1_000) / (performance.now() - begun);
}

async function compare({ store, ours, theirs }: Contest, accounts: readonly string[]): Promise<void> {
  const own: number[] = [];
  const other: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [their, our] = [await speedOf(theirs, accounts), await speedOf(ours, accounts)];
    // The first round warms both up and does not count.
    if (round > 0) other.push(their);
    if (round > 0) own.push(our);
  }
  const ratios = own.map((each, index) => each / (other[index] ?? Number.NaN));
  const who = accounts.length === 1 ? 'one account' : `${accounts.length} accounts`;
  console.log(
    `${store}: use by ${who}: ${median(own).toFixed(0)}/s, ` +
      `${median(ratios).toFixed(2)} of rate-limiter-flexible (${median(other).toFixed(0)}/s)`,
  );
}

export async function benchUsage(): Promise<void> {
  for (const open of [inMemory, onSqlite, onPostgres]) {
    const contest = await open();
    try {
      for (const count of [1, 10_000]) await compare(contest, accountIds(count));
    } finally {
      await contest.close();
    }
  }
}
