import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface BoundedRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Address space at the most; not enforced on Windows. */
  readonly memoryBytes: number;
  readonly timeoutMs: number;
  /** How long it may say nothing at all. */
  readonly silenceMs: number;
  /** Each line of its output, as it comes. */
  readonly onLine: (line: string) => void;
  /** Ends it at once, and whatever it began. */
  readonly signal: AbortSignal;
}

export interface Ended {
  /** Null: it was killed. */
  readonly code: number | null;
  readonly timedOut: boolean;
  /** The end of what it complained about. */
  readonly said: string;
}

/**
 * Bounds the memory, and ends the program when its standard input does: that is the other end of a pipe to us, so
 * that it outlives neither an order to stop nor a killed process. Politely behind everything else (`nice`).
 */
const KEEPER = `ulimit -v "$1" 2>/dev/null; shift
exec 3<&0
nice -n 10 "$@" 3<&- </dev/null & child=$!
{ read -r _ <&3; kill -KILL "$child"; } >/dev/null 2>&1 & keeper=$!
exec 3<&-
wait "$child"; code=$?
kill "$keeper" 2>/dev/null
exit "$code"`;

const MAX_SAID = 4_000;

/** Runs a program to its end, within bounds of time and memory, and with nothing of our environment. */
export async function runBounded(run: BoundedRun): Promise<Ended> {
  const child = begin(run);
  const stop = (): void => end(child);
  let timedOut = false;
  const tooLate = (): void => {
    timedOut = true;
    stop();
  };
  const timers = [setTimeout(tooLate, run.timeoutMs), setTimeout(tooLate, run.silenceMs)] as const;
  run.signal.addEventListener('abort', stop, { once: true });
  if (run.signal.aborted) stop();
  try {
    const said = tailOf(child);
    listen(child, (line) => {
      timers[1].refresh();
      run.onLine(line);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, timedOut, said: said() };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    run.signal.removeEventListener('abort', stop);
    child.stdin?.destroy();
  }
}

function begin({ command, args, cwd, memoryBytes }: BoundedRun): ChildProcess {
  const options = { cwd, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, windowsHide: true } as const;
  if (process.platform === 'win32') return spawn(command, args, options);
  const kilobytes = String(Math.floor(memoryBytes / 1_024));
  return spawn('/bin/sh', ['-c', KEEPER, 'keeper', kilobytes, command, ...args], options);
}

/** What it says from now on is not waited for: somebody else may hold the other end. */
function end(child: ChildProcess): void {
  if (process.platform === 'win32') child.kill();
  for (const stream of child.stdio) stream?.destroy();
}

function listen({ stdout }: ChildProcess, onLine: (line: string) => void): void {
  if (stdout) createInterface({ input: stdout }).on('line', onLine);
}

function tailOf({ stdin, stderr }: ChildProcess): () => string {
  let said = '';
  stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-MAX_SAID)));
  // A program that is gone already needs no order to stop.
  stdin?.on('error', (error) => (said += `\n${error.message}`));
  return () => said.trim();
}
