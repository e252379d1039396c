import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The product in a process of its own, as an operator runs it. */
export interface UsherProcess {
  /** Where it serves; empty for a worker. */
  readonly base: string;
  /** SIGKILL: no handler runs, nothing is flushed. Returns when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code, null when a signal ended it. */
  terminate(): Promise<number | null>;
  readonly isRunning: () => boolean;
  /** The end of what it has written to its logs. */
  readonly said: () => string;
}

const READY_MS = 60_000;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `node adapters/main.ts <command>` and waits for the line that says it is ready. */
export async function startProcess(
  command: 'serve' | 'worker',
  env: NodeJS.ProcessEnv,
): Promise<UsherProcess> {
  const child = spawn(process.execPath, ['adapters/main.ts', command], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = once(child, 'exit').then(() => void running.delete(child));
  const heard = listening(child);
  const base = await readyLine(child, heard.text);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (isRunning()) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    base,
    isRunning,
    said: heard.text,
    kill: async () => void (await end('SIGKILL')),
    terminate: () => end('SIGTERM'),
  };
}

function listening(child: ChildProcess): { readonly text: () => string } {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500_000)));
  return { text: () => said };
}

function readyLine(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => reject(new Error(`the process ${why}:\n${said()}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      failed('was not ready in time');
    }, READY_MS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      failed(`ended with ${code} before it was ready`);
    });
    child.stdout?.on('data', () => {
      if (!/Usher is (ready at|running jobs)/.test(said())) return;
      clearTimeout(timer);
      resolve(/ready at (http:\/\/[\d.]+:\d+)/.exec(said())?.[1] ?? '');
    });
  });
}
