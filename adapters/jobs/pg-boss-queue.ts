import { setTimeout as pause } from 'node:timers/promises';
import { fromKnex, type JobResult, type JobWithMetadata, type PgBoss } from 'pg-boss';
import type { Knex } from 'knex';
import { isId } from '../../src/kernel/ids.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { DomainEvent } from '../../src/kernel/outbox.ts';
import {
  withoutAddresses,
  type Backlog,
  type DeadDelivery,
  type DeliveryQueue,
  type FailureLog,
  type React,
} from '../../src/operations/index.ts';
import { reactionsTo } from '../../src/reactions.ts';
import type { OutboxOptions } from '../persistence/knex/stores/outbox.ts';

export const DELIVERIES = 'deliveries';
/** The dead letters: what failed eight times waits here to be seen, and driven again. */
export const DEAD = 'deliveries.dead';

export interface DeliveryJob {
  readonly event: DomainEvent;
  readonly reaction: string;
}

type Job = JobWithMetadata<DeliveryJob>;
export type Deliver = (job: Job) => Promise<JobResult>;

/** The outbox over pg-boss: the jobs are written by the transaction that writes the events. */
export const pgBossOutbox = (boss: PgBoss): OutboxOptions => ({
  reactionsTo,
  dispatch: async ({ knex }, owed) => {
    const jobs = owed.map(({ event, reaction }) => ({ data: { event, reaction } }));
    await boss.insert(DELIVERIES, jobs, { db: fromKnex(knex) });
  },
});

/** Runs one job and says how it went, so that one failure does not fail its batch. */
export const createDeliver =
  (react: React, failures: FailureLog): Deliver =>
  async ({ id, data, retryCount }) => {
    try {
      await react(data.reaction, data.event);
      return { id, status: 'completed' };
    } catch (error) {
      failures.failed(`delivery ${data.event.id}.${data.reaction}, attempt ${retryCount + 1}`, error);
      return { id, status: 'failed', output: errorOutput(error) };
    }
  };

const errorOutput = (error: unknown): object =>
  error instanceof Error
    ? { name: error.name, message: withoutAddresses(error.message) }
    : { message: withoutAddresses(String(error)) };

export interface PgBossQueueDeps {
  readonly boss: PgBoss;
  readonly knex: Knex;
  readonly deliver: Deliver;
}

const BATCH = 20;
const MAX_BATCHES = 10_000;
const SHOWN_DEAD = 100;
/** How long a drain waits for what other processes are just running. */
const OTHERS_MS = 5_000;
const LOOK_MS = 20;

export const createPgBossQueue = (deps: PgBossQueueDeps): DeliveryQueue => ({
  drain: () => drain(deps),
  backlog: () => backlog(deps),
  redrive: (id) => redrive(deps, id),
});

async function drain({ boss, deliver }: PgBossQueueDeps): Promise<number> {
  let tried = 0;
  let patience = OTHERS_MS / LOOK_MS;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const jobs = await boss.fetch<DeliveryJob>(DELIVERIES, { batchSize: BATCH, includeMetadata: true });
    if (jobs.length > 0) {
      tried += jobs.length;
      for (const result of await Promise.all(jobs.map(deliver))) await conclude(boss, result);
    } else if (patience > 0 && (await count(boss, ['active'])) > 0) {
      patience -= 1;
      await pause(LOOK_MS);
    } else break;
  }
  return tried;
}

async function conclude(boss: PgBoss, { id, status, output }: JobResult): Promise<void> {
  if (status === 'completed') await boss.complete(DELIVERIES, id);
  else await boss.fail(DELIVERIES, id, output as object);
}

/** Counted in the table: pg-boss's own figures are some seconds old. */
async function count(boss: PgBoss, states: readonly string[]): Promise<number> {
  const sql = 'select count(*)::int as jobs from pgboss.job where name = $1 and state::text = any($2)';
  const { rows } = await boss.getDb().executeSql(sql, [DELIVERIES, states]);
  return (rows as { jobs: number }[])[0]?.jobs ?? 0;
}

async function backlog({ boss }: PgBossQueueDeps): Promise<Backlog> {
  const dead = await boss.findJobs<DeliveryJob>(DEAD, { queued: true });
  return {
    waiting: await count(boss, ['created', 'retry', 'active']),
    dead: dead
      .sort((a, b) => b.createdOn.getTime() - a.createdOn.getTime())
      .slice(0, SHOWN_DEAD)
      .map(deadOf),
  };
}

const deadOf = ({ id, data, createdOn, output, sourceRetryCount }: Job): DeadDelivery => ({
  id,
  eventId: data.event.id,
  eventType: data.event.type,
  reaction: data.reaction,
  attempts: (sourceRetryCount ?? 0) + 1,
  lastError: messageOf(output),
  diedAt: instant(createdOn.getTime()),
});

function messageOf(output: unknown): string | null {
  if (typeof output !== 'object' || output === null || !('message' in output)) return null;
  const name = 'name' in output ? `${String(output.name)}: ` : '';
  return `${name}${String(output.message)}`.slice(0, 500);
}

/** Out of the dead letters and into the queue again, in one transaction. */
async function redrive({ boss, knex }: PgBossQueueDeps, id: string): Promise<boolean> {
  if (!isId(id)) return false;
  return knex.transaction(async (transaction) => {
    const db = fromKnex(transaction);
    const [dead] = await boss.findJobs<DeliveryJob>(DEAD, { id, queued: true, db });
    if (!dead) return false;
    await boss.deleteJob(DEAD, id, { db });
    await boss.insert(DELIVERIES, [{ data: dead.data }], { db });
    return true;
  });
}
