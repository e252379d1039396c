import { setStage, type Stage } from './cast.ts';
import { drive, memoryMiB, type Load, type Shot } from './load.ts';
import { serve, type Served } from './processes.ts';
import { STORES, withProduct, type Product } from './product.ts';
import { cpuOf, failedIn, interleaved, measured, medianOf, ratioOf, SECONDS } from './rounds.ts';
import { CONNECTIONS, SUBJECTS, type Subject } from './subjects.ts';

/**
 * `npm run bench -- http`: each route beside a bare Express route in one run, interleaved, medians of several
 * rounds; and the CPU time of a request, which stays what it is when the machine has other things to do. `BENCH_ROUNDS`, `BENCH_SECONDS`, `BENCH_CONNECTIONS` and `BENCH_STORES` size it, `BENCH_ONLY` picks.
 */
const ACCOUNTS = Number(process.env['BENCH_ACCOUNTS'] ?? 400);
const ONLY = process.env['BENCH_ONLY']?.split(',');

const BARE: Readonly<Record<'GET' | 'POST', Shot>> = {
  GET: { method: 'GET', path: '/bare' },
  POST: { method: 'POST', path: '/bare', body: () => '{"seq":1,"position_seconds":30,"state":"playing"}' },
};

interface Scene {
  readonly usher: Product;
  readonly bare: Served;
  readonly stage: Stage;
}

async function compare(store: string, subject: Subject, { usher, bare, stage }: Scene): Promise<void> {
  const memory: number[] = [];
  const load = { connections: CONNECTIONS, seconds: SECONDS };
  const ourLoad: Load = { ...load, base: usher.base, shots: subject.shots(stage) };
  const theirLoad: Load = { ...load, base: bare.base, shots: () => [BARE[subject.bare]] };
  const rounds = await interleaved({
    theirs: () => measured({ pid: bare.pid }, () => drive(theirLoad)),
    ours: async () => {
      const round = await measured(usher, () => drive(ourLoad));
      memory.push(await memoryMiB(usher.pid));
      return round;
    },
  });
  const { ours } = rounds;
  const figures = [
    `${medianOf(ours, ({ perSecond }) => perSecond).toFixed(0)}/s`,
    ratioOf(rounds, `a bare ${subject.bare}`),
    cpuOf(rounds),
    `p50 ${medianOf(ours, ({ p50 }) => p50)} ms, p99 ${medianOf(ours, ({ p99 }) => p99)} ms`,
    `${failedIn(ours)} failed`,
    `resident ${Math.max(...memory)} MiB`,
  ];
  console.log(`${store}: ${subject.name}: ${figures.join(', ')}`);
}

export async function benchHttp(): Promise<void> {
  const bare = await serve('tests/bench/bare.ts', [], { PATH: process.env['PATH'] });
  try {
    for (const store of STORES)
      await withProduct({ store }, async (usher) => {
        const stage = await setStage(usher.base, usher.admin, ACCOUNTS);
        for (const subject of SUBJECTS.filter(({ name }) => ONLY?.includes(name) ?? true))
          await compare(store, subject, { usher, bare, stage });
      });
  } finally {
    await bare.stop();
  }
}
