import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type PostgresServer } from '../world/postgres.ts';
import { setStage, type Stage, type Subscriber } from './cast.ts';
import { cpuMs } from './cpu.ts';
import { drive, median, memoryMiB, type Load, type Measured, type Shot } from './load.ts';
import { serve, type Served } from './processes.ts';

/**
 * `npm run bench`: each route beside a bare Express route in one run, interleaved, medians of several
 * rounds; and the CPU time of a request, which stays what it is when the machine has other things to do. `BENCH_ROUNDS`, `BENCH_SECONDS`, `BENCH_CONNECTIONS` and `BENCH_STORES` size it, `BENCH_ONLY` picks.
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);
const CONNECTIONS = Number(process.env['BENCH_CONNECTIONS'] ?? 50);
const ACCOUNTS = Number(process.env['BENCH_ACCOUNTS'] ?? 400);
const ONLY = process.env['BENCH_ONLY']?.split(',');
const STORES = (process.env['BENCH_STORES'] ?? 'sqlite,postgres').split(',');

interface Subject {
  readonly name: string;
  readonly bare: 'GET' | 'POST';
  readonly shots: (stage: Stage) => (connection: number) => readonly Shot[];
}

const ofConnection = (stage: Stage, connection: number): readonly Subscriber[] =>
  stage.subscribers.filter((_, index) => index % CONNECTIONS === connection);

const perSubscriber =
  (shot: (subscriber: Subscriber, stage: Stage) => Shot) => (stage: Stage) => (connection: number) =>
    ofConnection(stage, connection).map((subscriber) => shot(subscriber, stage));

const get = (path: (stage: Stage) => string) =>
  perSubscriber(({ authorization }, stage) => ({
    method: 'GET',
    path: path(stage),
    headers: { authorization },
  }));

/** Heartbeats come first: the streams were started with the stage, and a lease of 90 s does not wait for others. */
const SUBJECTS: readonly Subject[] = [
  {
    name: 'heartbeat',
    bare: 'POST',
    shots: perSubscriber((subscriber) => ({
      method: 'POST',
      path: `/api/v1/playback/sessions/${subscriber.streamId}/heartbeat`,
      headers: { authorization: subscriber.authorization },
      body: () => {
        subscriber.seq += 1;
        return JSON.stringify({
          seq: subscriber.seq,
          position_seconds: subscriber.seq % 7_000,
          state: 'playing',
        });
      },
    })),
  },
  {
    name: 'access decision',
    bare: 'GET',
    shots: get(() => '/api/v1/entitlements/max_devices'),
  },
  { name: 'plan list', bare: 'GET', shots: get(() => '/api/v1/subscriptions/plans') },
  { name: 'title detail', bare: 'GET', shots: get(({ titleId }) => `/api/v1/videos/${titleId}`) },
  {
    name: 'purchase',
    bare: 'POST',
    shots: perSubscriber(({ authorization }, { dayPlanId }) => ({
      method: 'POST',
      path: '/api/v1/payments',
      headers: { authorization },
      body: () => JSON.stringify({ plan_id: dayPlanId }),
    })),
  },
];

const BARE: Readonly<Record<'GET' | 'POST', Shot>> = {
  GET: { method: 'GET', path: '/bare' },
  POST: { method: 'POST', path: '/bare', body: () => '{"seq":1,"position_seconds":30,"state":"playing"}' },
};

/** Everything of the real edge is on; only the limits' numbers are out of the way. */
const environment = (dataDir: string, databaseUrl: string | null): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '--max-semi-space-size=16',
  DATA_DIR: dataDir,
  PORT: '0',
  SEED: 'none',
  LOG_LEVEL: 'info',
  RATE_LIMIT_ANONYMOUS: '1000000000',
  RATE_LIMIT_ACCOUNT: '1000000000',
  RATE_LIMIT_REGISTER: '1000000000',
  ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
});

async function measure(store: string, bare: Served): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  const cluster = store === 'postgres' ? await startCluster({ durable: true }) : undefined;
  const database = await cluster?.createDatabase();
  const env = environment(dataDir, database?.url ?? null);
  const admin = { email: 'bench-admin@example.com', password: 'bench admin password 1' };
  spawnSync(process.execPath, ['adapters/start.js', 'admin', 'create', admin.email], {
    env: { ...env, ADMIN_PASSWORD: admin.password },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const usher = await serve('adapters/start.js', ['serve'], env);
  try {
    const stage = await setStage(usher.base, admin, ACCOUNTS);
    const subjects = SUBJECTS.filter(({ name }) => ONLY?.includes(name) ?? true);
    const scene = { usher, bare, stage, database: cluster && (await serverOf(cluster)) };
    for (const subject of subjects) await compare(store, subject, scene);
  } finally {
    await usher.stop();
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

interface Scene {
  readonly usher: Served;
  readonly bare: Served;
  readonly stage: Stage;
  /** The database's process, where it is not a part of ours. */
  readonly database: number | undefined;
}

interface Round extends Measured {
  /** Microseconds of CPU for each request: of the server, of the database. */
  readonly cpu: number;
  readonly databaseCpu: number;
}

async function round(load: Load, server: number, database?: number): Promise<Round> {
  const used = (): Promise<number[]> =>
    Promise.all([cpuMs(server), database === undefined ? 0 : cpuMs(database)]);
  const before = await used();
  const measured = await drive(load);
  const after = await used();
  const [cpu = 0, databaseCpu = 0] = after.map(
    (ms, index) => ((ms - (before[index] ?? 0)) * 1_000) / measured.answered,
  );
  return { ...measured, cpu, databaseCpu };
}

async function compare(
  store: string,
  subject: Subject,
  { usher, bare, stage, database }: Scene,
): Promise<void> {
  const ours: Round[] = [];
  const theirs: Round[] = [];
  const load = { connections: CONNECTIONS, seconds: SECONDS };
  const memory: number[] = [];
  const shots = subject.shots(stage);
  const bareShots = (): readonly Shot[] => [BARE[subject.bare]];
  for (let number = 0; number <= ROUNDS; number += 1) {
    const theirRound = await round({ ...load, base: bare.base, shots: bareShots }, bare.pid);
    const ourRound = await round({ ...load, base: usher.base, shots }, usher.pid, database);
    memory.push(await memoryMiB(usher.pid));
    // The first round warms both up and does not count.
    if (number > 0) theirs.push(theirRound);
    if (number > 0) ours.push(ourRound);
  }
  const ratios = ours.map(({ perSecond }, index) => perSecond / (theirs[index]?.perSecond ?? Number.NaN));
  const failed = ours.reduce((sum, each) => sum + each.failed, 0);
  const figures = [
    `${median(ours.map(({ perSecond }) => perSecond)).toFixed(0)}/s`,
    `${median(ratios).toFixed(2)} of a bare ${subject.bare} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    cpuOf(ours, theirs),
    `p50 ${median(ours.map(({ p50 }) => p50))} ms, p99 ${median(ours.map(({ p99 }) => p99))} ms`,
    `${failed} failed`,
    `resident ${Math.max(...memory)} MiB`,
  ];
  console.log(`${store}: ${subject.name}: ${figures.join(', ')}`);
}

function cpuOf(ours: readonly Round[], theirs: readonly Round[]): string {
  const of = (rounds: readonly Round[], which: 'cpu' | 'databaseCpu'): string =>
    median(rounds.map((each) => each[which])).toFixed(0);
  const database = ours.some(({ databaseCpu }) => databaseCpu > 0)
    ? ` + ${of(ours, 'databaseCpu')} in the database`
    : '';
  return `${of(ours, 'cpu')} µs of CPU${database} (bare ${of(theirs, 'cpu')})`;
}

const bare = await serve('tests/bench/bare.ts', [], { PATH: process.env['PATH'] });
try {
  for (const store of STORES) await measure(store, bare);
} finally {
  await bare.stop();
}
