import { Gauge, type Registry } from 'prom-client';
import type { JobQuestions } from '../../src/operations/index.ts';

const SECOND_MS = 1_000;

/**
 * How the background work is doing, asked of the store whenever the figures are read. While the store cannot
 * be asked, `usher_jobs_readable` is 0 and the last figures stay: a scrape must not fail with the database.
 */
export function jobMetrics(registry: Registry, operations: JobQuestions): void {
  let asking: Promise<void> | undefined;
  // Every figure waits for the one answer, so that a scrape never shows the one before.
  const asked = (): Promise<void> =>
    (asking ??= read().finally(() => {
      asking = undefined;
    }));
  const gauge = (name: string, help: string, ...labelNames: readonly string[]): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry], collect: asked });

  const readable = gauge('usher_jobs_readable', 'Whether the store could be asked about jobs.');
  const success = gauge('usher_job_last_success_timestamp_seconds', 'When a job last succeeded.', 'job');
  const failing = gauge('usher_job_failing', 'Whether the last run of a job failed.', 'job');
  const stuck = gauge('usher_job_stuck', 'Whether nobody has run a job for three intervals.', 'job');
  const deliveries = gauge(
    'usher_deliveries',
    'Reactions that are owed, by state: waiting or dead.',
    'state',
  );

  async function read(): Promise<void> {
    try {
      const [jobs, backlog] = await Promise.all([operations.jobReports(), operations.backlog()]);
      for (const job of jobs) {
        if (job.lastSuccessAt !== null) success.set({ job: job.name }, job.lastSuccessAt / SECOND_MS);
        failing.set({ job: job.name }, Number(job.failing));
        stuck.set({ job: job.name }, Number(job.stuck));
      }
      deliveries.set({ state: 'waiting' }, backlog.waiting);
      deliveries.set({ state: 'dead' }, backlog.dead.length);
      readable.set(1);
    } catch {
      // Told by the figure itself; the log has the outage from whoever needed the store.
      readable.set(0);
    }
  }
}
