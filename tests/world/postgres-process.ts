import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { postgresBinaries, postgresEnvironment, type PostgresBinaries } from './postgres-binaries.ts';
import { processFolder, signalAtExit } from './process-folder.ts';

export type ShutdownMode = 'fast' | 'immediate';
export type PostgresProcess = {
  port: number;
  restart(mode: ShutdownMode): Promise<void>;
  /** Away until `up`, with its data left where it is. */
  down(mode: ShutdownMode): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
};

const READY_MS = 60_000;
const SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const CARELESS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
const LONGEST_SOCKET_FOLDER = 85;

let clusters = 0;

export async function startPostgres(options: { durable: boolean }): Promise<PostgresProcess> {
  const binaries = postgresBinaries();
  const data = join(processFolder(), `cluster-${++clusters}`);
  mkdirSync(data, { mode: 0o700 });
  if (binaries.owner !== undefined) chownSync(data, binaries.owner.uid, binaries.owner.gid);
  await initialise(binaries, data);
  const launch = (port: number): Promise<ChildProcess> => run(binaries, data, port, options.durable);

  const first = await onFreePort(launch);
  const port = first.port;
  let child = first.child;
  const shutDown = async (mode: ShutdownMode): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.ref();
    child.kill(SIGNAL[mode]);
    await exit;
  };
  const up = async (): Promise<void> => {
    child = await launch(port);
  };
  return {
    port,
    up,
    down: shutDown,
    restart: async (mode) => {
      await shutDown(mode);
      await up();
    },
    stop: async () => {
      await shutDown('immediate');
      rmSync(data, { recursive: true, force: true });
      rmSync(logOf(data), { force: true });
    },
  };
}

async function initialise(binaries: PostgresBinaries, data: string): Promise<void> {
  const flags = ['--no-sync', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-U', 'postgres', '-D', data];
  const child = start(binaries, binaries.initdb, flags, data);
  // Alone, and for good: the server that it works with then sees the end of its input, and tidies up.
  signalAtExit(child, 'SIGKILL', lockOf(data));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`initdb failed:\n${logTail(data)}`);
}

async function run(
  binaries: PostgresBinaries,
  data: string,
  port: number,
  durable: boolean,
): Promise<ChildProcess> {
  // A socket's path may have 107 bytes; a long TMPDIR goes without one.
  const sockets = Buffer.byteLength(data) > LONGEST_SOCKET_FOLDER ? '' : data;
  const settings = ['max_connections=200', ...(durable ? [] : CARELESS)].flatMap((setting) => [
    '-c',
    setting,
  ]);
  const flags = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', sockets, ...settings];
  const child = start(binaries, binaries.postgres, flags, data);
  // SIGQUIT lets Postgres give its shared memory back, which SIGKILL does not.
  signalAtExit(child, 'SIGQUIT', lockOf(data));
  await ready(child, data);
  // The server must not keep a process alive that has nothing else to do.
  child.unref();
  return child;
}

function start(binaries: PostgresBinaries, program: string, flags: string[], data: string): ChildProcess {
  // A file and not a pipe: a test that blocks the event loop would stall the server once the pipe is full.
  const log = openSync(logOf(data), 'a');
  try {
    return spawn(program, flags, {
      ...binaries.owner,
      cwd: data,
      env: postgresEnvironment(),
      stdio: ['ignore', log, log],
      // Ctrl-C in the terminal goes to the tests alone, which then stop the server.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/** The lock file's eighth line is what pg_ctl waits for too. */
async function ready(child: ChildProcess, data: string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (const deadline = Date.now() + READY_MS; ; await pause(3)) {
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGQUIT');
      throw new Error(`Postgres did not start:\n${logTail(data)}`);
    }
    if (!existsSync(lockOf(data))) continue;
    const lines = readFileSync(lockOf(data), 'utf8').split('\n');
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return;
  }
}

async function onFreePort(
  launch: (port: number) => Promise<ChildProcess>,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { child: await launch(port), port };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('could not bind');
      if (!taken || attempt === 5) throw error;
    }
  }
}

/** Below the range that outgoing connections draw from, so that none takes the port during a restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

function lockOf(data: string): string {
  return join(data, 'postmaster.pid');
}

function logOf(data: string): string {
  return `${data}.log`;
}

function logTail(data: string): string {
  return readFileSync(logOf(data), 'utf8').split('\n').slice(-20).join('\n');
}
