import { gatherCrowd, type Spectator } from './crowd.ts';
import { memoryMiB } from './load.ts';
import type { Delays } from './observe.ts';
import { pace, type Beat } from './pace.ts';
import { STORES, withProduct, type Product } from './product.ts';
import { measured, ROUNDS } from './rounds.ts';

/**
 * `npm run bench -- sessions`: `BENCH_SESSIONS` (ten thousand) live streams in one process, each of an account and
 * with a token of its own. They beat as clients do, every 30 seconds, spread evenly; and ten times as fast.
 * No beat may be refused, and so no seat be lost.
 */
const SESSIONS = Number(process.env['BENCH_SESSIONS'] ?? 10_000);
const SOCKETS = 200;
/** The first time round is a warm-up: the beat behind a start is not yet a steady one. */
const PACES = [
  { everyMs: 30_000, rounds: 1 },
  { everyMs: 3_000, rounds: ROUNDS },
] as const;

const OBSERVED = {
  NODE_OPTIONS: `${process.env['BENCH_NODE_OPTIONS'] ?? '--max-semi-space-size=8'} --import=${new URL('observe.ts', import.meta.url).href}`,
};

function beatOf(crowd: readonly Spectator[], index: number): Beat {
  const spectator = crowd[index];
  if (!spectator) throw new Error(`nobody has number ${index}`);
  spectator.seq += 1;
  return {
    path: `/api/v1/playback/sessions/${spectator.streamId}/heartbeat`,
    headers: { authorization: spectator.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ seq: spectator.seq, position_seconds: spectator.seq % 7_000, state: 'playing' }),
  };
}

async function beating(store: string, usher: Product, crowd: readonly Spectator[]): Promise<void> {
  for (const { everyMs, rounds } of PACES) {
    const load = { base: usher.base, sockets: SOCKETS, count: crowd.length, everyMs };
    const run = (times: number) =>
      pace({ ...load, forMs: times * everyMs, beat: (index) => beatOf(crowd, index) });
    const warm = await run(1);
    await usher.ask<Delays>('delays');
    const { sent, p50, p99, max, cpu, databaseCpu, refused } = await measured(usher, async () => {
      const beaten = await run(rounds);
      return { ...beaten, answered: beaten.sent, failed: 0, perSecond: (crowd.length * 1_000) / everyMs };
    });
    const late = await usher.ask<Delays>('delays');
    const database = databaseCpu > 0 ? ` + ${databaseCpu.toFixed(0)} in the database` : '';
    const figures = [
      `${sent} beats, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(0)} ms`,
      `event loop late by p50 ${late.p50.toFixed(1)} ms, p99 ${late.p99.toFixed(1)} ms, at most ${late.max.toFixed(0)} ms`,
      `${cpu.toFixed(0)} µs of CPU${database}`,
      `resident ${await memoryMiB(usher.pid)} MiB`,
      `${[...warm.refused.values(), ...refused.values()].reduce((sum, times) => sum + times, 0)} refused`,
    ];
    console.log(`${store}: a beat every ${everyMs / 1_000} s: ${figures.join('; ')}`);
    for (const [said, times] of [...warm.refused, ...refused]) console.log(`  ${times} times: ${said}`);
  }
}

async function measure(store: string, usher: Product): Promise<void> {
  let before = 0;
  const crowd = await gatherCrowd(usher, SESSIONS, async () => {
    before = await memoryMiB(usher.pid);
  });
  console.log(
    `${store}: ${crowd.length} streams started: resident ${await memoryMiB(usher.pid)} MiB, before them ${before}`,
  );
  await beating(store, usher, crowd);
}

export async function benchSessions(): Promise<void> {
  for (const store of STORES)
    await withProduct({ store, variables: OBSERVED }, (usher) => measure(store, usher));
}
