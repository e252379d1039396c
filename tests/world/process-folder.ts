import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

// A killed test run (SIGKILL, a CI time-out) cannot clean up after itself. This shell outlives it: its standard
// input ends when the run dies, whatever the cause. `read` rather than `cat`, so that killing it leaves no child.
const WATCH = `read -r _
for lock in "$0"/*/postmaster.pid; do [ -f "$lock" ] && kill -QUIT "$(head -n 1 "$lock")"; done
sleep 1
rm -rf "$0"`;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LAST_CALL_MS = 3_000;

type Server = { pid: number; lock: string };

let folder: string | undefined;
let watcher: ChildProcess | undefined;
const running = new Map<ChildProcess, Server>();

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

/** Has the server killed when this process ends. `lock` is the file that it removes as its very last act. */
export function killAtExit(child: ChildProcess, lock: string): void {
  if (child.pid === undefined) return;
  running.set(child, { pid: child.pid, lock });
  child.once('exit', () => running.delete(child));
}

/** Synchronous, since an exit handler cannot wait for anything else. */
function leaveNothing(): void {
  for (const server of running.values()) quit(server);
  watcher?.kill('SIGKILL');
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

// SIGQUIT lets Postgres give its shared memory back, which SIGKILL does not. Its pid tells nothing here: until the
// event loop turns again, a dead child is a zombie and looks alive.
function quit({ pid, lock }: Server): void {
  if (!signal(pid, 'SIGQUIT')) return;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; existsSync(lock); waited += 5) {
    if (waited > LAST_CALL_MS) {
      signal(pid, 'SIGKILL');
      return;
    }
    Atomics.wait(pause, 0, 0, 5);
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
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
