import type { Swept } from '../kernel/due.ts';
import { money } from '../kernel/money.ts';
import { bookRefund } from './book.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { refundEvent } from './events.ts';
import { refundedBy, refundFailed } from './money-back.ts';
import type { GaveBack } from './ports.ts';
import { reclaimCredit } from './reclaim.ts';
import { recordOutside } from './refund-facts.ts';
import { gaveBack, refusedBack, trying, tryLater, type Refund } from './refund.ts';

export interface RefundSweep {
  /**
   * Brings at most `limit` due refunds to the gateway. Any number of processes may: each refund is taken by one.
   * What fails does not keep the others waiting; the first failure rejects at the end.
   */
  sendRefunds(limit: number): Promise<Swept>;
}

export function refundSweep(deps: BillingDeps): RefundSweep {
  const { unitOfWork, clock, policy } = deps;
  const send = refundSender(deps);

  /** The refund, taken for the time of one question; undefined when it is no longer due. */
  const take = ({ id, accountId }: Refund): Promise<Refund | undefined> =>
    unitOfWork.run(async ({ lock, refunds }) => {
      await lock(accountId);
      const now = clock.now();
      const refund = await refunds.find(id);
      if (!refund || refund.nextTryAt === null || refund.nextTryAt > now) return undefined;
      const taken = trying(refund, now, policy);
      await refunds.save(taken);
      return taken;
    });

  return {
    sendRefunds: async (limit) => {
      const due = await unitOfWork.read(({ refunds }) => refunds.due(clock.now(), limit));
      const failures: unknown[] = [];
      let done = 0;
      for (const row of due)
        try {
          const refund = await take(row);
          if (!refund) continue;
          await send(refund);
          done += 1;
        } catch (error) {
          failures.push(error);
        }
      if (failures.length > 0)
        throw new Error(`${failures.length} of ${due.length} refunds failed`, { cause: failures[0] });
      return { done };
    },
  };
}

/**
 * Asks the gateway to give a refund back, for whoever took it, and settles what it says. `ending` runs in the
 * transaction that settles, on the refund as it is then.
 */
export function refundSender(
  deps: BillingDeps,
): (taken: Refund, ending?: (stores: PurchaseStores, refund: Refund) => Promise<void>) => Promise<Refund> {
  const { unitOfWork, gateway } = deps;

  const ask = async (refund: Refund): Promise<GaveBack> => {
    const payment = await unitOfWork.read(({ payments }) => payments.find(refund.paymentId));
    if (!payment?.gatewayReference) throw new Error(`refund ${refund.id} is of no charge`);
    return gateway.refund({
      key: refund.gatewayKey,
      reference: payment.gatewayReference,
      amount: money(refund.amountMinor, refund.currency),
    });
  };

  return async (taken, ending) => {
    const answer = taken.status === 'pending' ? await ask(taken) : undefined;
    return unitOfWork.run(async (stores) => {
      await stores.lock(taken.accountId);
      const current = await stores.refunds.find(taken.id);
      if (!current) throw new Error(`refund ${taken.id} is gone`);
      const open = answer && current.status === 'pending';
      const settled = open ? await settleRefund(deps, stores, { refund: current, answer }) : current;
      await ending?.(stores, settled);
      return settled;
    });
  };
}

async function settleRefund(
  deps: BillingDeps,
  stores: PurchaseStores,
  { refund, answer }: { readonly refund: Refund; readonly answer: GaveBack },
): Promise<Refund> {
  const now = deps.clock.now();
  if (answer.outcome === 'unknown') {
    const later = tryLater(refund, now, deps.policy);
    await stores.refunds.save(later);
    return later;
  }
  const payment = await stores.payments.find(refund.paymentId);
  if (!payment) throw new Error(`payment ${refund.paymentId} is gone`);
  const done = answer.outcome === 'refunded';
  const ended = done ? gaveBack(refund, now) : refusedBack(refund, answer.reason ?? 'refused', now);
  const { amountMinor } = refund;
  const left = done ? refundedBy(payment, amountMinor) : refundFailed(payment, amountMinor);
  await stores.refunds.save(ended);
  await stores.payments.save(left);
  const back = { payment, amountMinor, reference: refund.id, at: now };
  if (done) await bookRefund(deps, stores, back);
  if (done) await reclaimCredit(deps, stores, back);
  const type = done ? 'billing.refunded' : 'billing.refund-failed';
  await stores.outbox.add([refundEvent(ended, { type, at: now, ids: deps.ids })]);
  await recordOutside(deps, stores, { payment: left, now });
  return ended;
}
