import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Served {
  readonly base: string;
  readonly pid: number;
  /** Asks what was loaded beside the program, which answers with one message. */
  ask<Answer>(question: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a program of the project in a process of its own and waits for the URL that it prints. */
export async function serve(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Served> {
  const child = spawn(process.execPath, [program, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4_000);
  });
  const base = await Promise.race([
    printedUrl(child),
    once(child, 'exit').then(() => {
      throw new Error(`${program} ended before it was ready:\n${complaints}`);
    }),
  ]);
  return {
    base,
    pid: child.pid ?? 0,
    ask: async <Answer>(question: string) => {
      const answered = once(child, 'message');
      child.send(question);
      return ((await answered) as [Answer])[0];
    },
    stop: () => stop(child),
  };
}

/** Goes on reading behind the URL: a log that nobody reads would fill the pipe, and then the process. */
function printedUrl(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.length > 100_000) return;
      text += chunk.toString();
      const url = /http:\/\/[\d.]+:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.stdout?.once('end', () => reject(new Error('the program printed no URL')));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
