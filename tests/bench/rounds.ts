import { cpuMs } from './cpu.ts';
import { median } from './load.ts';

export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
export const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);

/** What one round of a load gave. */
export interface Driven {
  readonly perSecond: number;
  readonly answered: number;
  readonly failed: number;
}

/** With microseconds of CPU for each request: of the server, of the database. */
export type Round<D extends Driven = Driven> = D & { readonly cpu: number; readonly databaseCpu: number };

export interface Processes {
  readonly pid: number;
  readonly database?: number | undefined;
}

/** Runs one round of a load, and counts the CPU time that those who answer it have used meanwhile. */
export async function measured<D extends Driven>(
  { pid, database }: Processes,
  drive: () => Promise<D>,
): Promise<Round<D>> {
  const used = (): Promise<number[]> =>
    Promise.all([cpuMs(pid), database === undefined ? 0 : cpuMs(database)]);
  const before = await used();
  const driven = await drive();
  const after = await used();
  const [cpu = 0, databaseCpu = 0] = after.map(
    (ms, index) => ((ms - (before[index] ?? 0)) * 1_000) / driven.answered,
  );
  return { ...driven, cpu, databaseCpu };
}

export interface Contest<D extends Driven> {
  readonly ours: () => Promise<Round<D>>;
  readonly theirs: () => Promise<Round<D>>;
}

export interface Rounds<D extends Driven> {
  readonly ours: readonly Round<D>[];
  readonly theirs: readonly Round<D>[];
}

/** Rounds of both in turn; the first of each warms it up and does not count. */
export async function interleaved<D extends Driven>(contest: Contest<D>): Promise<Rounds<D>> {
  const ours: Round<D>[] = [];
  const theirs: Round<D>[] = [];
  for (let number = 0; number <= ROUNDS; number += 1) {
    const theirRound = await contest.theirs();
    const ourRound = await contest.ours();
    if (number > 0) theirs.push(theirRound);
    if (number > 0) ours.push(ourRound);
  }
  return { ours, theirs };
}

export const medianOf = <D extends Driven>(
  rounds: readonly Round<D>[],
  figure: (round: Round<D>) => number,
): number => median(rounds.map(figure));

/** The median of the rounds' ratios, with the least and the greatest. */
export function ratioOf<D extends Driven>({ ours, theirs }: Rounds<D>, what: string): string {
  const ratios = ours.map(({ perSecond }, index) => perSecond / (theirs[index]?.perSecond ?? Number.NaN));
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  return `${median(ratios).toFixed(2)} of ${what} (${range})`;
}

export function cpuOf<D extends Driven>({ ours, theirs }: Rounds<D>): string {
  const database = ours.some(({ databaseCpu }) => databaseCpu > 0)
    ? ` + ${medianOf(ours, ({ databaseCpu }) => databaseCpu).toFixed(0)} in the database`
    : '';
  const bare = medianOf(theirs, ({ cpu }) => cpu).toFixed(0);
  return `${medianOf(ours, ({ cpu }) => cpu).toFixed(0)} µs of CPU${database} (bare ${bare})`;
}

export const failedIn = (rounds: readonly Driven[]): number =>
  rounds.reduce((sum, { failed }) => sum + failed, 0);
