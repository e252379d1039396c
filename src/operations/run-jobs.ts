import { after, MINUTE, type Clock, type Instant } from '../kernel/instant.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { healthOf, neverRun, ran, type Job, type JobHealth, type JobRun, type Outcome } from './job.ts';
import type { Backlog, DeliveryQueue, FailureLog, OperationsStores } from './ports.ts';
import { reasonOf } from './reason.ts';
import { refusals } from './refusals.ts';

export interface RunJobsDeps {
  readonly unitOfWork: UnitOfWork<Pick<OperationsStores, 'jobRuns'>>;
  readonly systemClock: Clock;
  readonly jobs: readonly Job[];
  readonly queue: DeliveryQueue;
  readonly failures: FailureLog;
}

export interface JobReport extends JobRun, JobHealth {
  readonly everyMinutes: number;
}

export interface JobCommands {
  /** Runs one job now, whether or not it is due. A failure is recorded, not thrown. */
  runJob(name: string): Promise<JobReport>;
  /** Runs the jobs whose time has come and which no other process has taken. */
  runDueJobs(): Promise<void>;
  /**
   * Runs one job for a scheduler that keeps its own time, unless it has just been run. Half an interval of
   * earliness is allowed: two schedulers never agree to the second.
   */
  runScheduledJob(name: string): Promise<void>;
  /** Has a dead delivery tried anew. */
  retryDelivery(id: string): Promise<void>;
  /** Runs deliveries and sweeps until nothing is left to do at this moment. */
  settle(): Promise<void>;
}

export interface JobQuestions {
  jobReports(): Promise<readonly JobReport[]>;
  backlog(): Promise<Backlog>;
}

const BATCH = 100;
/** A sweep that finds more than this leaves the rest to its next run, so that no job starves the others. */
const MAX_BATCHES = 100;
/** Work that makes work is followed so far; beyond it the next run goes on. */
const MAX_ROUNDS = 1_000;

export function jobCommands(deps: RunJobsDeps): JobCommands {
  const { unitOfWork, systemClock, jobs, queue } = deps;

  const runAndRecord = async (job: Job): Promise<JobReport> => {
    const outcome = await outcomeOf(deps, job);
    return reportOf(job, await record(deps, job, outcome), systemClock.now());
  };

  const runWhenDue = async (job: Job, earlyMs: number): Promise<void> => {
    const now = systemClock.now();
    const turn = { name: job.name, now: after(now, earlyMs), nextRunAt: nextRunAfter(job, now) };
    // Asked first, so that looking around writes nothing.
    const known = await unitOfWork.read(({ jobRuns }) => jobRuns.find(job.name));
    if (known && known.nextRunAt > turn.now) return;
    if (await unitOfWork.run(({ jobRuns }) => jobRuns.take(turn))) await runAndRecord(job);
  };

  const settle = async (): Promise<void> => {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      let done = await queue.drain();
      for (const job of jobs) {
        const outcome = await outcomeOf(deps, job);
        if ('error' in outcome) await record(deps, job, outcome);
        else done += outcome.done;
      }
      if (done === 0) return;
    }
  };

  return {
    runJob: async (name) => runAndRecord(jobNamed(jobs, name)),
    runDueJobs: async () => {
      for (const job of jobs) await runWhenDue(job, 0);
    },
    runScheduledJob: async (name) => {
      const job = jobNamed(jobs, name);
      await runWhenDue(job, (job.everyMinutes * MINUTE) / 2);
    },
    retryDelivery: async (id) => {
      if (!(await queue.redrive(id))) throw refusals.notFound();
    },
    settle,
  };
}

export const jobQuestions = ({ unitOfWork, systemClock, jobs, queue }: RunJobsDeps): JobQuestions => ({
  jobReports: async () => {
    const runs = await unitOfWork.read(({ jobRuns }) => jobRuns.list());
    const byName = new Map(runs.map((run) => [run.name, run]));
    const now = systemClock.now();
    return jobs.map((job) => reportOf(job, byName.get(job.name) ?? neverRun(job.name, now), now));
  },
  backlog: () => queue.backlog(),
});

function jobNamed(jobs: readonly Job[], name: string): Job {
  const job = jobs.find((each) => each.name === name);
  if (!job) throw refusals.notFound();
  return job;
}

const reportOf = (job: Job, run: JobRun, now: Instant): JobReport => ({
  ...run,
  ...healthOf(run, job, now),
  everyMinutes: job.everyMinutes,
});

const nextRunAfter = ({ everyMinutes }: Job, now: Instant): Instant => after(now, everyMinutes * MINUTE);

async function outcomeOf({ failures }: RunJobsDeps, { name, sweep }: Job): Promise<Outcome> {
  let total = 0;
  try {
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const { done } = await sweep(BATCH);
      total += done;
      if (done < BATCH) break;
    }
    return { done: total };
  } catch (error) {
    failures.failed(`job ${name}`, error);
    return { error: reasonOf(error) };
  }
}

function record({ unitOfWork, systemClock }: RunJobsDeps, job: Job, outcome: Outcome): Promise<JobRun> {
  const now = systemClock.now();
  return unitOfWork.run(async ({ jobRuns }) => {
    const known = (await jobRuns.find(job.name)) ?? neverRun(job.name, nextRunAfter(job, now));
    const run = ran(known, now, outcome);
    await jobRuns.put(run);
    return run;
  });
}
