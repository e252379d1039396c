import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import type { AccountActor } from '../../src/kernel/actor.ts';
import type { Playback } from '../../src/playback/index.ts';
import { film, playbackOn } from '../world/playback.ts';
import { startCluster } from '../world/postgres.ts';
import { costOf, type Ask } from './callers.ts';
import { median } from './load.ts';
import { STORES } from './product.ts';
import { ROUNDS } from './rounds.ts';
import { accountId, fillShelves, titleId, unhurried } from './shelf-rows.ts';

/**
 * `npm run bench -- shelves`: continue watching, recently watched and the history of the same accounts in a database
 * of ten thousand rows and in one of `BENCH_ROWS` (ten million on Postgres, a million on SQLite); interleaved, 64
 * callers at once. One more account, in both, has watched twenty times as much.
 */
const MS = Number(process.env['BENCH_SECONDS'] ?? 2) * 500;
const ROWS = { SQLite: 1_000_000, Postgres: 10_000_000 } as const;
const FEW = 10_000;

/** What each account has watched within 13 months, and so how many accounts the rows are of. */
const ORDINARY = { titles: 500, gapMinutes: 1_137 } as const;
const HEAVY = { from: 999_999, accounts: 1, titles: 10_000, gapMinutes: 57 } as const;
/** The accounts that are asked about: all there are in the smaller database. */
const ASKED = FEW / ORDINARY.titles;

type Store = keyof typeof ROWS;

const QUESTIONS: Readonly<Record<string, (face: Playback, who: AccountActor) => Promise<unknown>>> = {
  'continue watching': (face, who) => face.continueWatching(who, { limit: 20 }),
  'recently watched': (face, who) => face.recentlyWatched(who, 20),
  history: (face, who) => face.history(who, { limit: 20, month: null }),
  'history of a month': (face, who) => face.history(who, { limit: 20, month: '2026-01' }),
};

async function filled(connections: Connections, rows: number): Promise<Playback> {
  await migrate(connections);
  await fillShelves(connections, { from: 0, accounts: rows / ORDINARY.titles, ...ORDINARY });
  await fillShelves(connections, HEAVY);
  await unhurried(connections, 'analyze');
  const { playback, show } = playbackOn(new KnexUnitOfWork(connections, knexStores));
  for (let number = 1; number <= HEAVY.titles; number += 1) show(film({ id: titleId(number) }));
  return playback;
}

const accountActor = (index: number): AccountActor => ({
  kind: 'account',
  accountId: accountId(index),
  sessionId: 'session',
  isAdmin: false,
});

async function compare(what: string, few: Ask, many: Ask): Promise<void> {
  const costs: [number, number][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const cost: [number, number] = [
      await costOf(few, { round, ms: MS }),
      await costOf(many, { round, ms: MS }),
    ];
    // The first round warms both up and does not count.
    if (round > 0) costs.push(cost);
  }
  const ratio = median(costs.map(([small, large]) => large / small)).toFixed(2);
  const [small, large] = [0, 1].map((side) =>
    median(costs.map((cost) => cost[side] ?? Number.NaN)).toFixed(0),
  );
  console.log(`${what}: ${small} µs among few rows, ${large} µs among many, ${ratio}`);
}

async function onStore(store: Store, few: Connections, many: Connections): Promise<void> {
  const rows = Number(process.env['BENCH_ROWS'] ?? ROWS[store]);
  const [small, large] = [await filled(few, FEW), await filled(many, rows)];
  const who = {
    'with 500 titles': (turn: number) => accountActor((turn * 7) % ASKED),
    'with 10,000 titles': () => accountActor(HEAVY.from),
  };
  for (const [whose, actor] of Object.entries(who))
    for (const [what, ask] of Object.entries(QUESTIONS)) {
      const among = (face: Playback) => (turn: number) => ask(face, actor(turn));
      await compare(`${store}: ${what} of an account ${whose}`, among(small), among(large));
    }
}

export async function benchShelves(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const files = [openSqlite(join(folder, 'few.sqlite')), openSqlite(join(folder, 'many.sqlite'))] as const;
  const cluster = await startCluster({ durable: false });
  try {
    if (STORES.includes('sqlite')) await onStore('SQLite', ...files);
    if (!STORES.includes('postgres')) return;
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
