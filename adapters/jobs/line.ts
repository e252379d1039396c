import type { FailureLog, Sweep } from '../../src/operations/index.ts';

/**
 * Work that takes too long for a sweep, one piece at a time in this process and beside everything else: a sweep
 * sees to it that it runs, and tells what came of it.
 */
export interface Line {
  /** Has somebody look for work soon. Cheap; never throws. */
  ask(): void;
  /** Asks, and tells how many pieces were done since the last time; rejects with what went wrong since then. */
  readonly sweep: Sweep;
  /** Looks for nothing more, and waits for what runs. */
  stop(): Promise<void>;
}

/**
 * `work` does at most so many pieces and tells how many there were. After a failure the next `ask` begins anew:
 * a database that is away must not be asked without a pause.
 */
export function createLine(name: string, work: Sweep, failures: FailureLog): Line {
  let stopped = false;
  let asked = false;
  let running: Promise<void> | undefined;
  let done = 0;
  let failure: Error | undefined;

  const run = async (): Promise<void> => {
    try {
      while (asked && !stopped) {
        asked = false;
        const piece = await work(1);
        done += piece.done;
        asked ||= piece.done > 0;
      }
    } catch (error) {
      failures.failed(name, error);
      failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      running = undefined;
    }
  };
  const ask = (): void => {
    asked = true;
    if (!stopped) running ??= run();
  };

  return {
    ask,
    sweep: async () => {
      ask();
      const told = { done, failure };
      done = 0;
      failure = undefined;
      if (told.failure) throw told.failure;
      return { done: told.done };
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
