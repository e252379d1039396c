import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

// A killed test run (SIGKILL, a CI time-out) cannot clean up after itself. This shell outlives it: its standard
// input ends when the run dies, whatever the cause. `read` rather than `cat`, so that killing it leaves no child.
// A lock with a minus before the pid is of an initdb, which soon ends by itself.
const WATCH = `read -r _
for round in 1 2 3 4 5 6 7 8 9; do
  for lock in "$0"/*/postmaster.pid; do
    pid=$(head -n 1 "$lock") && [ "$pid" -gt 0 ] && kill -QUIT "$pid"
  done
  sleep 1
  if ! ls "$0"/*/postmaster.pid; then rm -rf "$0" && exit; fi
done
rm -rf "$0"`;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LAST_CALL_MS = 3_000;

type Tenant = { pid: number; signal: NodeJS.Signals; lock: string };

let folder: string | undefined;
let watcher: ChildProcess | undefined;
const running = new Map<ChildProcess, Tenant>();

/** The temporary folder of this process, which takes its servers and its files with it when the process ends. */
export function processFolder(): string {
  if (folder !== undefined) return folder;
  folder = mkdtempSync(join(tmpdir(), 'usher-postgres-'));
  // The servers run as another user when we are root, and must be able to pass through.
  chmodSync(folder, 0o711);
  watch(folder);
  hook();
  return folder;
}

/** Sends `signal` when this process ends, and waits for `lock`, the file that Postgres removes as its very last act. */
export function signalAtExit(child: ChildProcess, signal: NodeJS.Signals, lock: string): void {
  if (child.pid === undefined) return;
  running.set(child, { pid: child.pid, signal, lock });
  child.once('exit', () => running.delete(child));
}

/** Synchronous, since an exit handler cannot wait for anything else. */
function leaveNothing(): void {
  for (const tenant of running.values()) end(tenant);
  watcher?.kill('SIGKILL');
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

// The pid tells nothing here: until the event loop turns again, a dead child is a zombie and looks alive.
function end({ pid, signal, lock }: Tenant): void {
  if (!send(pid, signal)) return;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; existsSync(lock); waited += 5) {
    if (waited > LAST_CALL_MS) {
      send(pid, 'SIGKILL');
      return;
    }
    Atomics.wait(pause, 0, 0, 5);
  }
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

function watch(path: string): void {
  if (process.platform === 'win32') return;
  watcher = spawn('/bin/sh', ['-c', WATCH, path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  watcher.unref();
}

function hook(): void {
  process.on('exit', leaveNothing);
  for (const name of SIGNALS) {
    process.on(name, () => {
      // Whoever else listens ends the process in good time, and the exit handler follows.
      if (process.listenerCount(name) > 1) return;
      process.exit(128 + constants.signals[name]);
    });
  }
}
