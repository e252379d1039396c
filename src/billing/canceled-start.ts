import { refundEvent } from './events.ts';
import type { Payment } from './payment.ts';
import { fullRefund, fullRefundKey } from './refund.ts';
import type { BillingDeps, PurchaseStores } from './settle.ts';

export interface CanceledStart {
  readonly accountId: string;
  readonly subscriptionId: string;
}

export interface RefundCommands {
  /**
   * Gives back in full what was paid for a subscription that was cancelled before it started (rules.md:
   * "`scheduled` is refunded in full"). The refund is owed from now on; the sweep takes it to the gateway.
   * Again it changes nothing.
   */
  refundCanceledStart(canceled: CanceledStart): Promise<void>;
}

export const refundCommands = (deps: BillingDeps): RefundCommands => ({
  refundCanceledStart: (canceled) =>
    deps.unitOfWork.run(async (stores) => {
      await stores.lock(canceled.accountId);
      const paid = (await stores.payments.ofSubscription(canceled)).filter(holdsMoney);
      for (const payment of paid) await oweBack(stores, deps, payment);
    }),
});

/** A free plan left nothing to give back, and what was refunded or disputed is no longer ours. */
const holdsMoney = ({ status, amountMinor, refundedMinor }: Payment): boolean =>
  (status === 'succeeded' || status === 'partially_refunded') && amountMinor > refundedMinor;

async function oweBack(
  { refunds, outbox }: PurchaseStores,
  { ids, clock }: BillingDeps,
  payment: Payment,
): Promise<void> {
  const known = await refunds.listOf(payment.id);
  if (known.some(({ gatewayKey }) => gatewayKey === fullRefundKey(payment))) return;
  const now = clock.now();
  const refund = fullRefund(payment, { id: ids.next(), reason: 'canceled-before-start', now });
  await refunds.add(refund);
  await outbox.add([refundEvent(refund, { type: 'billing.refund-requested', at: now, ids })]);
}
