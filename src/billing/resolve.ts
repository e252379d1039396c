import type { DueWork, Swept } from '../kernel/due.ts';
import { earlier, type Instant } from '../kernel/instant.ts';
import { refundEvent } from './events.ts';
import { asking, refundedBy, type Payment } from './payment.ts';
import type { GaveBack } from './ports.ts';
import { gaveBack, refusedBack, trying, tryLater, type Refund } from './refund.ts';
import { settler, type BillingDeps, type PurchaseStores } from './settle.ts';
import { money } from '../kernel/money.ts';

const RESOLVER = { kind: 'system', job: 'resolve-payments' } as const;

export interface BillingSweeps extends DueWork {
  /**
   * Asks the gateway about at most `limit` payments whose outcome is due to be asked for, and settles what it
   * knows. Any number of processes may run it at once: each payment is taken by one.
   */
  resolveUnknown(limit: number): Promise<Swept>;
  /** Brings at most `limit` due refunds to the gateway. As safe as `resolveUnknown`. */
  sendRefunds(limit: number): Promise<Swept>;
}

export const billingSweeps = (deps: BillingDeps): BillingSweeps => ({
  ...paymentSweep(deps),
  ...refundSweep(deps),

  nextDueAt: (until) =>
    deps.unitOfWork.read(async ({ payments, refunds }) => {
      const [check, refund] = [await payments.nextDueAt(until), await refunds.nextDueAt(until)];
      if (check === undefined || refund === undefined) return check ?? refund;
      return earlier(check, refund);
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
  const { unitOfWork, gateway, clock, policy } = deps;
  const settle = settler(deps);

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
        const found = await gateway.find(payment.gatewayKey);
        await settle(payment, { found, asked: 'find', actor: RESOLVER });
        return true;
      });
    },
  };
}

function refundSweep(deps: BillingDeps): Pick<BillingSweeps, 'sendRefunds'> {
  const { unitOfWork, gateway, clock, policy } = deps;

  const take = ({ id, accountId }: Refund): Promise<Refund | undefined> =>
    unitOfWork.run(async ({ lock, refunds }) => {
      await lock(accountId);
      const now = clock.now();
      const refund = await refunds.find(id);
      if (!refund || !isDue(refund.nextTryAt, now)) return undefined;
      const taken = trying(refund, now, policy);
      await refunds.save(taken);
      return taken;
    });

  const ask = async (refund: Refund): Promise<GaveBack> => {
    const payment = await unitOfWork.read(({ payments }) => payments.find(refund.paymentId));
    if (!payment?.gatewayReference) throw new Error(`refund ${refund.id} is of no charge`);
    return gateway.refund({
      key: refund.gatewayKey,
      reference: payment.gatewayReference,
      amount: money(refund.amountMinor, refund.currency),
    });
  };

  return {
    sendRefunds: async (limit) => {
      const due = await unitOfWork.read(({ refunds }) => refunds.due(clock.now(), limit));
      return sweep(due, async (row) => {
        const refund = await take(row);
        if (!refund) return false;
        const answer = await ask(refund);
        await unitOfWork.run(async (stores) => {
          await stores.lock(refund.accountId);
          const current = await stores.refunds.find(refund.id);
          if (current?.status === 'pending') await settleRefund(deps, { stores, refund: current, answer });
        });
        return true;
      });
    },
  };
}

async function settleRefund(
  { clock, ids, policy }: BillingDeps,
  { stores, refund, answer }: { stores: PurchaseStores; refund: Refund; answer: GaveBack },
): Promise<void> {
  const now = clock.now();
  switch (answer.outcome) {
    case 'unknown':
      return stores.refunds.save(tryLater(refund, now, policy));
    case 'refused': {
      const failed = refusedBack(refund, answer.reason ?? 'refused', now);
      await stores.refunds.save(failed);
      return stores.outbox.add([refundEvent(failed, { type: 'billing.refund-failed', at: now, ids })]);
    }
    case 'refunded': {
      const payment = await stores.payments.find(refund.paymentId);
      if (!payment) throw new Error(`payment ${refund.paymentId} is gone`);
      const done = gaveBack(refund, now);
      await stores.refunds.save(done);
      await stores.payments.save(refundedBy(payment, refund.amountMinor));
      return stores.outbox.add([refundEvent(done, { type: 'billing.refunded', at: now, ids })]);
    }
  }
}
