import type { DueWork, Swept } from '../kernel/due.ts';
import { earlier, type Instant } from '../kernel/instant.ts';
import { askAbout } from './ask-about.ts';
import { collectionSweep, type CollectionSweep } from './collect.ts';
import type { BillingDeps } from './deps.ts';
import { asking, type Payment } from './payment.ts';
import { refundSweep, type RefundSweep } from './send-refunds.ts';

const RESOLVER = { kind: 'system', job: 'resolve-payments' } as const;

export interface BillingSweeps extends CollectionSweep, RefundSweep, DueWork {
  /**
   * Asks the gateway about at most `limit` payments whose outcome is due to be asked for, and settles what it
   * knows; those that waited too long for their payer are given up. Any number of processes may run it at
   * once: each payment is taken by one.
   */
  resolveUnknown(limit: number): Promise<Swept>;
}

export const billingSweeps = (deps: BillingDeps): BillingSweeps => ({
  ...collectionSweep(deps),
  ...paymentSweep(deps),
  ...refundSweep(deps),

  nextDueAt: (until) =>
    deps.unitOfWork.read(async ({ payments, refunds, subscriptions, providerSubscriptions }) => {
      const due = [
        await payments.nextDueAt(until),
        await refunds.nextDueAt(until),
        await subscriptions.nextCollectAt(until),
        await providerSubscriptions.nextDueAt(until),
      ].filter((at) => at !== undefined);
      return due.length === 0 ? undefined : due.reduce(earlier);
    }),
});

/** Takes the rows one after another; one that another process took meanwhile does not count. */
async function sweep<T>(rows: readonly T[], handle: (row: T) => Promise<boolean>): Promise<Swept> {
  let done = 0;
  for (const row of rows) if (await handle(row)) done += 1;
  return { done };
}

const isDue = (at: Instant | null, now: Instant): boolean => at !== null && at <= now;

function paymentSweep(deps: BillingDeps): Pick<BillingSweeps, 'resolveUnknown'> {
  const { unitOfWork, clock, policy } = deps;
  const ask = askAbout(deps);

  /** The payment, taken for the time of one question; undefined when it is no longer due. */
  const take = ({ id, accountId }: Payment): Promise<Payment | undefined> =>
    unitOfWork.run(async ({ lock, payments }) => {
      await lock(accountId);
      const now = clock.now();
      const payment = await payments.find(id);
      if (!payment || !isDue(payment.nextCheckAt, now)) return undefined;
      const taken = asking(payment, now, policy);
      await payments.save(taken);
      return taken;
    });

  return {
    resolveUnknown: async (limit) => {
      const due = await unitOfWork.read(({ payments }) => payments.due(clock.now(), limit));
      return sweep(due, async (row) => {
        const payment = await take(row);
        if (!payment) return false;
        await ask(payment, RESOLVER);
        return true;
      });
    },
  };
}
