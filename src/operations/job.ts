import type { Swept } from '../kernel/due.ts';
import { after, MINUTE, type Instant } from '../kernel/instant.ts';

/** Handles at most `limit` due rows and tells how many there were. */
export type Sweep = (limit: number) => Promise<Swept>;

/** One line of the schedule: due work of one context, swept at an interval. */
export interface Job {
  readonly name: string;
  readonly everyMinutes: number;
  /** Why running it twice, or in two processes at once, does no harm. */
  readonly idempotentBecause: string;
  readonly sweep: Sweep;
}

/** What is known of a job's runs, in whatever process they were. On the system's time, not the virtual one. */
export interface JobRun {
  readonly name: string;
  readonly nextRunAt: Instant;
  readonly lastRunAt: Instant | null;
  readonly lastSuccessAt: Instant | null;
  /** Rows that the last successful run handled. */
  readonly lastDone: number | null;
  readonly lastErrorAt: Instant | null;
  readonly lastError: string | null;
}

export const neverRun = (name: string, nextRunAt: Instant): JobRun => ({
  name,
  nextRunAt,
  lastRunAt: null,
  lastSuccessAt: null,
  lastDone: null,
  lastErrorAt: null,
  lastError: null,
});

/** How a run went: what was handled, or why it failed. */
export type Outcome = { readonly done: number } | { readonly error: string };

/** The run with its newest outcome; a success leaves the last error readable. */
export function ran(run: JobRun, at: Instant, outcome: Outcome): JobRun {
  if ('done' in outcome) return { ...run, lastRunAt: at, lastSuccessAt: at, lastDone: outcome.done };
  return { ...run, lastRunAt: at, lastErrorAt: at, lastError: outcome.error.slice(0, 500) };
}

/** Intervals without a run after which somebody should look: a restart takes less, a stopped worker more. */
const MISSED_RUNS = 3;

/** How a job is doing, for whoever watches over it. */
export interface JobHealth {
  /** Its last run failed. */
  readonly failing: boolean;
  /** Nobody has run it for several intervals: no process runs jobs, or a run hangs. */
  readonly stuck: boolean;
}

export const healthOf = (
  run: JobRun,
  { everyMinutes }: Pick<Job, 'everyMinutes'>,
  now: Instant,
): JobHealth => ({
  failing: run.lastErrorAt !== null && run.lastErrorAt > (run.lastSuccessAt ?? 0),
  stuck: now > after(run.nextRunAt, MISSED_RUNS * everyMinutes * MINUTE),
});
