import type { Job, Sweep } from '../../src/operations/index.ts';

/**
 * Everything that is done by the clock. Nothing depends on a sweep for its correctness: access, leases and
 * publication are computed from the time at every question, and a late sweep delays a mail or a tidying.
 */
const SCHEDULE = [
  {
    name: 'subscriptions.advance',
    everyMinutes: 1,
    idempotentBecause: 'each event that fell due is appended under the version of its subscription',
  },
  {
    name: 'billing.resolve-payments',
    everyMinutes: 1,
    idempotentBecause: 'it asks the gateway under the key of the payment, and settles a payment once',
  },
  {
    name: 'billing.collect',
    everyMinutes: 1,
    idempotentBecause: 'an account has one open payment, and a term that was collected is not due',
  },
  {
    name: 'billing.refund',
    everyMinutes: 1,
    idempotentBecause: 'the gateway is asked under the key of the refund',
  },
  {
    name: 'billing.tell-provider',
    everyMinutes: 1,
    idempotentBecause: 'a subscription that is cancelled there is cancelled, told once or twice',
  },
  {
    name: 'simulated.deliver-webhooks',
    everyMinutes: 1,
    idempotentBecause: 'an event that comes twice is taken in once, by its id',
  },
  {
    name: 'entitlements.expire-reservations',
    everyMinutes: 1,
    idempotentBecause: 'a reservation ends once: its meter is held, and what ended is not found again',
  },
  {
    name: 'entitlements.tidy',
    everyMinutes: 15,
    idempotentBecause: 'what is removed is not there the second time, and a meter is held while its log goes',
  },
  {
    name: 'playback.reap-silent',
    everyMinutes: 1,
    idempotentBecause: 'a stream ends once: the guarded save of a second reaper is lost',
  },
  {
    name: 'playback.archive-history',
    everyMinutes: 15,
    idempotentBecause:
      'rows go once, in the transaction that has their file count: a second file is abandoned',
  },
  {
    name: 'catalog.publish-due',
    everyMinutes: 1,
    idempotentBecause: 'a title is published from `scheduled` only',
  },
  {
    name: 'catalog.rank-trending',
    everyMinutes: 5,
    idempotentBecause: 'a score is set to what the views of the days come to, never added to',
  },
  {
    name: 'catalog.fail-stale-uploads',
    everyMinutes: 5,
    idempotentBecause: 'an upload fails, or is taken in, once: the guarded save of a second sweep is lost',
  },
  {
    name: 'catalog.package-due',
    everyMinutes: 1,
    idempotentBecause: 'each asset is taken by one packager, under a lease that it renews',
  },
  {
    name: 'catalog.ask-provider',
    everyMinutes: 1,
    idempotentBecause:
      'what the provider answers is heard like a webhook, and the guarded save of a second sweep is lost',
  },
  {
    name: 'catalog.remove-files',
    everyMinutes: 5,
    idempotentBecause: 'a file that is gone is removed',
  },
  {
    name: 'identity.remove-unverified',
    everyMinutes: 15,
    idempotentBecause: 'an account is looked at again under its lock before it goes',
  },
  {
    name: 'identity.clean-up',
    everyMinutes: 15,
    idempotentBecause: 'what is removed is not there the second time',
  },
  {
    name: 'idempotency.purge',
    everyMinutes: 15,
    idempotentBecause: 'what is removed is not there the second time',
  },
] as const satisfies readonly Omit<Job, 'sweep'>[];

export type JobName = (typeof SCHEDULE)[number]['name'];

/** Jobs of what may not have been chosen. */
type ChosenJob = 'simulated.deliver-webhooks' | 'catalog.package-due';

/** The sweep of every job: a job without one does not compile, unless it is of what may not have been chosen. */
export type Sweeps = Readonly<Record<Exclude<JobName, ChosenJob>, Sweep>> &
  Readonly<Partial<Record<ChosenJob, Sweep>>>;

export const jobsOf = (sweeps: Sweeps): readonly Job[] =>
  SCHEDULE.flatMap((job) => {
    const sweep = sweeps[job.name];
    return sweep ? [{ ...job, sweep }] : [];
  });

/** The minutes of a job as pg-boss takes them. */
export const cronOf = ({ everyMinutes }: Pick<Job, 'everyMinutes'>): string =>
  everyMinutes === 60 ? '0 * * * *' : `*/${everyMinutes} * * * *`;
