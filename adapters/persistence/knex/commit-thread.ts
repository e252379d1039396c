import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CommitThread, GuardedWrites } from './guarded-writes.ts';

/** What the thread answers: the places of the rows that were changed, or what the driver said. */
export type Committed =
  | { readonly changed: readonly number[]; readonly fault: null }
  | { readonly changed: null; readonly fault: { readonly code: string; readonly message: string } };

const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './commit-thread.program.ts' : './commit-thread.program.js',
  import.meta.url,
);

/** It holds a batch and a page cache, no more. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

interface Pending {
  readonly resolve: (places: readonly number[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread with a writing connection of its own, so that the event loop goes on while the disk confirms a commit.
 * It starts with the first commit, and anew after it died. One commit at a time: its callers hold the only writer.
 */
export function commitThread(filename: string): CommitThread & { close(): Promise<void> } {
  let worker: Worker | undefined;
  let pending: Pending | undefined;

  const settle = (use: (waiting: Pending) => void): void => {
    const waiting = pending;
    pending = undefined;
    worker?.unref();
    if (waiting) use(waiting);
  };

  const start = (): Worker => {
    const started = new Worker(PROGRAM, { workerData: filename, resourceLimits: LIMITS });
    started.on('message', ({ changed, fault }: Committed) => {
      settle(({ resolve, reject }) => {
        if (fault) reject(Object.assign(new Error(fault.message), { code: fault.code }));
        else resolve(changed);
      });
    });
    const end = (cause?: unknown): void => {
      if (worker !== started) return;
      worker = undefined;
      // Whether it is done nobody can tell: as of a database that went away.
      const gone = new Error('the thread that commits ended', { cause });
      settle(({ reject }) => reject(Object.assign(gone, { code: 'EPIPE' })));
    };
    started.on('error', end);
    started.on('exit', () => {
      end();
    });
    return started;
  };

  return {
    commit: (writes: GuardedWrites) =>
      new Promise((resolve, reject) => {
        if (pending) throw new Error('two commits at a time');
        pending = { resolve, reject };
        worker ??= start();
        // A process that has nothing else to do stays alive for a commit, and not for the thread.
        worker.ref();
        worker.postMessage(writes);
      }),

    close: async () => {
      const ending = worker;
      if (!ending) return;
      const ended = once(ending, 'exit');
      ending.postMessage(null);
      await ended;
    },
  };
}
