import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryQueue, FailureLog, Operations } from '../../src/operations/index.ts';
import { STOP_TIMEOUT_MS, type JobRunner } from './runner.ts';

export interface InlineRunnerDeps {
  readonly queue: Pick<DeliveryQueue, 'drain'>;
  readonly operations: Pick<Operations, 'runDueJobs'>;
  readonly failures: FailureLog;
}

/** How long commits may gather before their deliveries are looked for. */
const NUDGE_MS = 10;
/** How often retries, and what other processes left, are looked for. */
const POLL_MS = 1_000;

/** A task that never runs twice at once; asked while it runs, it runs once more. */
class Loop {
  readonly #work: () => Promise<void>;
  #again = false;
  #running: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  ask(): void {
    this.#again = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#work();
      }
    } finally {
      this.#running = undefined;
    }
  }

  async idle(): Promise<void> {
    this.#again = false;
    await this.#running;
  }
}

/** Runs deliveries and sweeps in this process. Durable where the stores are: what is owed lies in rows. */
export function createInlineRunner({ queue, operations, failures }: InlineRunnerDeps): JobRunner {
  let started = false;
  let poll: NodeJS.Timeout | undefined;
  let nudged: NodeJS.Timeout | undefined;

  const guarded = (what: string, work: () => Promise<unknown>) => async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.failed(what, error);
    }
  };
  const deliveries = new Loop(guarded('delivering', () => queue.drain()));
  const sweeps = new Loop(guarded('sweeping', () => operations.runDueJobs()));

  return {
    start: async () => {
      started = true;
      deliveries.ask();
      sweeps.ask();
      poll = setInterval(() => {
        deliveries.ask();
        sweeps.ask();
      }, POLL_MS).unref();
    },
    stop: async () => {
      started = false;
      clearInterval(poll);
      clearTimeout(nudged);
      nudged = undefined;
      const limit = new AbortController();
      const idle = Promise.all([deliveries.idle(), sweeps.idle()]);
      await Promise.race([idle, pause(STOP_TIMEOUT_MS, undefined, { signal: limit.signal })]);
      limit.abort();
    },
    nudge: () => {
      if (!started || nudged) return;
      nudged = setTimeout(() => {
        nudged = undefined;
        if (started) deliveries.ask();
      }, NUDGE_MS);
    },
  };
}
