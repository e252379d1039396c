import { z } from 'zod';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import type { Advance, Backlog, DeadDelivery, JobReport } from '../../../src/operations/index.ts';
import { Time, timeOf } from '../schemas.ts';

export const JobView = z.object({
  name: z.string(),
  every_minutes: z.number().int(),
  next_run_at: Time,
  last_run_at: Time.nullable(),
  last_success_at: Time.nullable(),
  last_done: z.number().int().nullable().meta({ description: 'Rows that the last successful run handled.' }),
  last_error_at: Time.nullable(),
  last_error: z.string().nullable().meta({ description: 'Stays after a success, so that it can be read.' }),
  failing: z.boolean().meta({ description: 'The last run failed.' }),
  stuck: z.boolean().meta({ description: 'Nobody has run it for three intervals.' }),
});

export const jobView = (job: JobReport): z.input<typeof JobView> => ({
  name: job.name,
  every_minutes: job.everyMinutes,
  next_run_at: toRfc3339(job.nextRunAt),
  last_run_at: timeOf(job.lastRunAt),
  last_success_at: timeOf(job.lastSuccessAt),
  last_done: job.lastDone,
  last_error_at: timeOf(job.lastErrorAt),
  last_error: job.lastError,
  failing: job.failing,
  stuck: job.stuck,
});

const DeadDeliveryView = z.object({
  id: z.string(),
  event_id: z.string(),
  event_type: z.string().nullable(),
  reaction: z.string(),
  attempts: z.number().int(),
  last_error: z.string().nullable(),
  died_at: Time.nullable(),
});

const deadView = (dead: DeadDelivery): z.input<typeof DeadDeliveryView> => ({
  id: dead.id,
  event_id: dead.eventId,
  event_type: dead.eventType,
  reaction: dead.reaction,
  attempts: dead.attempts,
  last_error: dead.lastError,
  died_at: timeOf(dead.diedAt),
});

export const JobsView = z.object({
  items: z.array(JobView),
  deliveries: z.object({
    waiting: z.number().int().meta({ description: 'Owed to a reaction and still tried.' }),
    dead: z.array(DeadDeliveryView).meta({ description: 'Given up, newest first, at most 100.' }),
  }),
});

export const jobsView = (jobs: readonly JobReport[], backlog: Backlog): z.input<typeof JobsView> => ({
  items: jobs.map(jobView),
  deliveries: { waiting: backlog.waiting, dead: backlog.dead.map(deadView) },
});

export const AdvanceView = z.object({
  now: Time,
  happened: z.array(
    z.object({ at: Time, type: z.string(), subject_id: z.string(), account_id: z.string().nullable() }),
  ),
  truncated: z.boolean().meta({ description: 'More happened than is listed.' }),
});

export const advanceView = ({ now, happened, truncated }: Advance): z.input<typeof AdvanceView> => ({
  now: toRfc3339(now),
  happened: happened.map(({ at, type, subjectId, accountId }) => ({
    at: toRfc3339(at),
    type,
    subject_id: subjectId,
    account_id: accountId,
  })),
  truncated,
});
