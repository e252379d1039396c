import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { entitlementsOn, holding, metered, NOON } from '../world/entitlements.ts';
import { startCluster } from '../world/postgres.ts';
import { costOf } from './callers.ts';
import { median } from './load.ts';

/**
 * `npm run bench -- checks`: what a check of a meter costs with 10, 100 and 1,000 features in the plan, and with ten
 * thousand or `BENCH_ROWS` (ten million) lines of usage in the database; interleaved, 64 callers at once.
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const MS = Number(process.env['BENCH_SECONDS'] ?? 2) * 500;
const ROWS = Number(process.env['BENCH_ROWS'] ?? 10_000_000);
const FEW = 10_000;
/** Lines of usage of each meter. */
const LINES = 100;

const accountId = (index: number): string => `01980000-0000-7000-8000-${String(index).padStart(12, '0')}`;

interface Subject {
  readonly name: string;
  /** One check of somebody's meter. */
  readonly check: (turn: number) => Promise<unknown>;
}

function subject(
  connections: Connections,
  name: string,
  sizes: { features: number; meters: number },
): Subject {
  const features = Array.from({ length: sizes.features }, (_, index) =>
    metered({ feature: `meter_${index}`, limit: 1_000_000 }),
  );
  const { entitlements } = entitlementsOn(new KnexUnitOfWork(connections, knexStores), {
    everybody: holding(features),
  });
  return {
    name,
    check: (turn) => {
      // Far from each other, so that no page serves two in a row.
      const account = accountId((turn * 7_919) % sizes.meters);
      return entitlements.one(account, `meter_${sizes.features - 1}`);
    },
  };
}

/** Fills meters and their logs by the database itself: through a driver it would take an hour. */
async function fill({ writer, dialect }: Connections, feature: string, rows: number): Promise<void> {
  const meters = rows / LINES;
  const state = `'${feature}' as feature, ${NOON} as period_start, ${NOON + 28 * 86_400_000} as period_end,
    0 as turn, 'month' as per, 'a subscription' as subscription_id, 'plan 2' as plan_version, 0 as paused_ms, 1000000 as allowance, 1 as used, 0 as over,
    '[]' as lots, '{}' as shelved, null as rate_since, 0 as rate_used, null as lapses_at`;
  const columns =
    'account_id, feature, period_start, period_end, turn, per, subscription_id, plan_version, paused_ms, allowance, used, over, lots, shelved, rate_since, rate_used, lapses_at, moved_at, version';
  const postgres = dialect === 'postgres';
  const series = (from: number, to: number, name: string): string =>
    postgres
      ? `generate_series(${from}, ${to}) as ${name}(n)`
      : `(with recursive counted(n) as (select ${from} union all select n + 1 from counted where n < ${to}) select n from counted) as ${name}`;
  const account = postgres
    ? `'01980000-0000-7000-8000-' || lpad(meter.n::text, 12, '0')`
    : `'01980000-0000-7000-8000-' || printf('%012d', meter.n)`;
  const cast = postgres
    ? state
        .replace("'[]'", "'[]'::json")
        .replace("'{}'", "'{}'::json")
        .replaceAll('null as', 'null::bigint as')
    : state;
  await writer.raw(`insert into meters (${columns})
    select ${account}, ${cast}, ${NOON}, ${LINES} from ${series(0, meters - 1, 'meter')}`);
  for (let first = 0; first < meters; first += 5_000) {
    const last = Math.min(meters, first + 5_000) - 1;
    await writer.raw(`insert into usage_entries (${columns}, kind, units, grants)
      select ${account}, ${cast}, ${NOON} + line.n, line.n, 'consumed', 1, '{}'
      from ${series(first, last, 'meter')} cross join ${series(1, LINES, 'line')}`);
  }
  await writer.raw('analyze');
}

async function compare(store: string, [first, ...others]: readonly [Subject, ...Subject[]]): Promise<void> {
  const costs = new Map<Subject, number[]>();
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const each of [first, ...others]) {
      const cost = await costOf(each.check, { round, ms: MS });
      // The first round warms all of them up and does not count.
      if (round > 0) costs.set(each, [...(costs.get(each) ?? []), cost]);
    }
  const base = median(costs.get(first) ?? []);
  for (const [{ name }, own] of costs)
    console.log(
      `${store}: a check with ${name}: ${median(own).toFixed(1)} µs, ${(median(own) / base).toFixed(2)} of the first`,
    );
}

async function onStore(store: string, few: Connections, many: Connections): Promise<void> {
  for (const connections of [few, many]) await migrate(connections);
  const last = (features: number): string => `meter_${features - 1}`;
  for (const features of [10, 100, 1_000]) await fill(few, last(features), FEW);
  await fill(many, last(10), ROWS);
  const meters = FEW / LINES;
  const withFeatures = (features: number): Subject =>
    subject(few, `${features} features`, { features, meters });
  await compare(store, [withFeatures(10), withFeatures(100), withFeatures(1_000)]);
  await compare(store, [
    subject(few, `${FEW} lines of usage`, { features: 10, meters }),
    subject(many, `${ROWS} lines of usage`, { features: 10, meters: ROWS / LINES }),
  ]);
}

export async function benchChecks(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const files = [openSqlite(join(folder, 'few.sqlite')), openSqlite(join(folder, 'many.sqlite'))] as const;
  const cluster = await startCluster({ durable: false });
  try {
    await onStore('SQLite', ...files);
    const urls = [await cluster.createDatabase(), await cluster.createDatabase()] as const;
    const databases = [openPostgres(urls[0].url), openPostgres(urls[1].url)] as const;
    await onStore('Postgres', ...databases);
    for (const database of databases) await database.close();
  } finally {
    for (const file of files) await file.close();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
