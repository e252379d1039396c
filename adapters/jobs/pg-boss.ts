import { PgBoss } from 'pg-boss';
import type { DeliveryPolicy, FailureLog, Job, Operations } from '../../src/operations/index.ts';
import { DEAD, DELIVERIES, type DeliveryJob, type Deliver } from './pg-boss-queue.ts';
import { STOP_TIMEOUT_MS, type JobRunner } from './runner.ts';
import { cronOf } from './schedule.ts';

export interface BossOptions {
  readonly url: string;
  /** Whether this process runs jobs, or only sends them. */
  readonly runs: boolean;
  readonly failures: FailureLog;
}

const SECONDS_PER_DAY = 86_400;

/** Without an error listener, a restart of the database would take the process down. */
export function createBoss({ url, runs, failures }: BossOptions): PgBoss {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'usher-jobs',
    max: 4,
    useListenNotify: runs,
    supervise: runs,
    schedule: runs,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    queueCacheIntervalSeconds: 30,
    cronMonitorIntervalSeconds: 10,
    cronWorkerIntervalSeconds: 2,
  });
  boss.on('error', (error) => failures.failed('pg-boss', error));
  return boss;
}

const SWEEPS = 'sweeps';
const BATCH = 20;

export interface PgBossRunnerDeps {
  readonly boss: PgBoss;
  readonly deliver: Deliver;
  readonly operations: Pick<Operations, 'runScheduledJob'>;
  readonly jobs: readonly Job[];
  readonly policy: DeliveryPolicy;
  readonly runs: boolean;
}

/** Any number of processes may run it: pg-boss hands each job to one of them, and again when that one dies. */
export const createPgBossRunner = (deps: PgBossRunnerDeps): JobRunner => ({
  start: async () => {
    await deps.boss.start();
    await prepareQueues(deps);
    if (deps.runs) await work(deps);
  },
  stop: () => deps.boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS }),
  // pg-boss notifies from within the transaction.
  nudge: () => undefined,
});

type QueueSettings = Parameters<PgBoss['createQueue']>[1] & Parameters<PgBoss['updateQueue']>[1];

/** A queue that exists keeps its old settings when created again, silently: so they are set as well. */
async function prepareQueue(
  boss: PgBoss,
  name: string,
  settings: QueueSettings,
  policy = 'standard',
): Promise<void> {
  await boss.createQueue(name, { ...settings, policy });
  await boss.updateQueue(name, settings);
}

/** Dead letters first: a queue that names one which does not exist is refused. */
async function prepareQueues({ boss, policy, jobs, runs }: PgBossRunnerDeps): Promise<void> {
  await prepareQueue(boss, DEAD, {
    retentionSeconds: 90 * SECONDS_PER_DAY,
    deleteAfterSeconds: 7 * SECONDS_PER_DAY,
  });
  await prepareQueue(boss, DELIVERIES, {
    deadLetter: DEAD,
    retryLimit: policy.maxAttempts - 1,
    retryDelay: policy.firstRetrySeconds,
    retryBackoff: true,
    retryDelayMax: policy.maxRetrySeconds,
    expireInSeconds: policy.leaseSeconds,
    retentionSeconds: 14 * SECONDS_PER_DAY,
    deleteAfterSeconds: 3_600,
    notify: true,
  });
  // Nothing is lost with a sweep: the next minute brings the next one. One of each waits, one runs.
  const sweeps = { retryLimit: 0, expireInSeconds: 300, retentionSeconds: 3_600, deleteAfterSeconds: 3_600 };
  await prepareQueue(boss, SWEEPS, sweeps, 'stately');
  if (!runs) return;
  await forgetOthers(boss, jobs);
  for (const job of jobs) {
    await boss.schedule(SWEEPS, cronOf(job), { name: job.name }, { key: job.name, singletonKey: job.name });
  }
}

/** Schedules stay in the database: those of jobs that this version no longer has are taken off. */
async function forgetOthers(boss: PgBoss, jobs: readonly Job[]): Promise<void> {
  const names = new Set(jobs.map(({ name }) => name));
  for (const { key } of await boss.getSchedules(SWEEPS)) {
    if (!names.has(key)) await boss.unschedule(SWEEPS, key);
  }
}

async function work({ boss, deliver, operations }: PgBossRunnerDeps): Promise<void> {
  await boss.work<DeliveryJob, unknown, DeliveryWork>(DELIVERIES, DELIVERY_WORK, (jobs) =>
    Promise.all(jobs.map(deliver)),
  );
  await boss.work<{ name: string }>(SWEEPS, { batchSize: 10, pollingIntervalSeconds: 2 }, async (jobs) => {
    for (const { data } of jobs) await operations.runScheduledJob(data.name);
  });
}

/** Retries and expired jobs are not notified: the poll finds them. */
const DELIVERY_WORK = {
  batchSize: BATCH,
  burstWhenBatchFull: true,
  perJobResults: true,
  includeMetadata: true,
  pollingIntervalSeconds: 1,
  notifyPollingIntervalSeconds: 1,
} as const;
type DeliveryWork = typeof DELIVERY_WORK;
