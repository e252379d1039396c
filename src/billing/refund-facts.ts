import type { Instant } from '../kernel/instant.ts';
import { bookRefund } from './book.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { refundEvent } from './events.ts';
import { outsideMinor, refunding, takenBack, toldRefunded } from './money-back.ts';
import type { Payment } from './payment.ts';
import { reclaimCredit } from './reclaim.ts';
import { providerRefund, type Refund } from './refund.ts';

/** What became of a piece of news. `parked`: it is about a payment whose capture we have not heard of yet. */
export type Heard = 'done' | 'parked';

/** Whether money of a payment is, or was, here to be given back or disputed. */
export const wasPaid = ({ status }: Payment): boolean =>
  status === 'succeeded' || status === 'partially_refunded' || status === 'refunded' || status === 'disputed';

/**
 * The gateway says how much of a payment it has given back in all (a cumulative amount: set, never added). What
 * no refund of ours accounts for was given back there, and is recorded. In the caller's transaction; news that
 * is old, doubled or out of order changes nothing.
 */
export async function syncRefunded(
  deps: Pick<BillingDeps, 'ids'>,
  stores: PurchaseStores,
  given: { readonly paymentId: string; readonly cumulativeMinor: number; readonly now: Instant },
): Promise<Heard> {
  const payment = await lockedPayment(stores, given.paymentId);
  if (!payment || !wasPaid(payment)) return 'parked';
  if (given.cumulativeMinor <= payment.providerRefundedMinor) return 'done';
  const told = toldRefunded(payment, given.cumulativeMinor);
  await stores.payments.save(told);
  await recordOutside(deps, stores, { payment: told, now: given.now });
  return 'done';
}

/** A payment behind its account's lock, which every change of money takes. */
export async function lockedPayment(stores: PurchaseStores, id: string): Promise<Payment | undefined> {
  const found = await stores.payments.find(id);
  if (!found) return undefined;
  await stores.lock(found.accountId);
  return stores.payments.find(id);
}

/** A refund is owed from now on: the payment sets the amount aside, and the sweep takes it to the gateway. */
export async function owe(
  { ids }: Pick<BillingDeps, 'ids'>,
  stores: PurchaseStores,
  { payment, refund }: { readonly payment: Payment; readonly refund: Refund },
): Promise<void> {
  await stores.refunds.add(refund);
  await stores.payments.save(refunding(payment, refund.amountMinor));
  await stores.outbox.add([
    refundEvent(refund, { type: 'billing.refund-requested', at: refund.createdAt, ids }),
  ]);
}

/**
 * Records what the gateway gave back beside our own refunds. A pending refund may be part of what it told, and is
 * counted as if it were: should it fail, this is asked again.
 */
export async function recordOutside(
  { ids }: Pick<BillingDeps, 'ids'>,
  stores: PurchaseStores,
  { payment, now }: { readonly payment: Payment; readonly now: Instant },
): Promise<void> {
  const amountMinor = outsideMinor(payment);
  if (amountMinor === 0) return;
  const refund = providerRefund(payment, { id: ids.next(), amountMinor, now });
  await stores.refunds.add(refund);
  await stores.payments.save(takenBack(payment, amountMinor));
  const back = { payment, amountMinor, reference: refund.id, at: now };
  await bookRefund({ ids }, stores, back);
  await reclaimCredit({ ids }, stores, back);
  await stores.outbox.add([refundEvent(refund, { type: 'billing.refunded', at: now, ids })]);
}
