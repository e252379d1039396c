import { readdir, readFile } from 'node:fs/promises';

/** Of what Linux counts CPU time in: a hundredth of a second, on every machine that one meets. */
const TICK_MS = 10;

interface Counted {
  readonly parent: number;
  readonly ms: number;
}

/** CPU time that a process and all it started have used so far, in milliseconds. */
export async function cpuMs(root: number): Promise<number> {
  const counted = await everyProcess();
  const of = (pid: number): number =>
    [...counted].reduce(
      (ms, [child, { parent }]) => (parent === pid ? ms + of(child) : ms),
      counted.get(pid)?.ms ?? 0,
    );
  return of(root);
}

async function everyProcess(): Promise<ReadonlyMap<number, Counted>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(pids.map(async (pid) => [pid, await countedOf(pid)] as const));
  return new Map(all.flatMap(([pid, counted]) => (counted ? [[pid, counted] as const] : [])));
}

/** Undefined when it has ended meanwhile. */
async function countedOf(pid: number): Promise<Counted | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code)))
      return undefined;
    throw error;
  }
  // Behind the name, which may hold anything: state, parent, nine others, then user and system time, the
  // process's own and those of its children that have ended.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), ms: ticks * TICK_MS };
}
