import { bookCreditReturned } from './book.ts';
import { refundableMinor } from './money-back.ts';
import type { Payment } from './payment.ts';
import { owe } from './refund-facts.ts';
import { fullRefund, fullRefundKey } from './refund.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';

export interface CanceledStart {
  readonly accountId: string;
  readonly subscriptionId: string;
}

export interface RefundCommands {
  /**
   * Gives back in full what was paid for a subscription that was cancelled before it started (rules.md:
   * "`scheduled` is refunded in full"). The refund is owed from now on; the sweep takes it to the gateway. What
   * was paid from the account's balance is there again. Again it changes nothing.
   */
  refundCanceledStart(canceled: CanceledStart): Promise<void>;
}

export const refundCommands = (deps: BillingDeps): RefundCommands => ({
  refundCanceledStart: (canceled) =>
    deps.unitOfWork.run(async (stores) => {
      await stores.lock(canceled.accountId);
      const bought = await stores.payments.ofSubscription(canceled);
      const at = deps.clock.now();
      for (const payment of bought) await bookCreditReturned(deps, stores, { payment, at });
      for (const payment of bought.filter(holdsMoney)) await oweBack(stores, deps, payment);
    }),
});

/** A free plan left nothing to give back, and what was refunded or disputed is no longer ours. */
const holdsMoney = (payment: Payment): boolean =>
  (payment.status === 'succeeded' || payment.status === 'partially_refunded') && refundableMinor(payment) > 0;

async function oweBack(stores: PurchaseStores, { ids, clock }: BillingDeps, payment: Payment): Promise<void> {
  const known = await stores.refunds.listOf(payment.id);
  if (known.some(({ gatewayKey }) => gatewayKey === fullRefundKey(payment))) return;
  const now = clock.now();
  const refund = fullRefund(payment, { id: ids.next(), reason: 'canceled-before-start', now });
  await owe({ ids }, stores, { payment, refund });
}
