import type { Instant } from '../kernel/instant.ts';
import { movedBy } from './balance.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { creditReturnPostings } from './ledger.ts';
import type { Payment } from './payment.ts';
import { post } from './post.ts';

export interface Reclaim {
  /** As it was before the money went back. */
  readonly payment: Payment;
  readonly amountMinor: number;
  /** The refund's or the dispute's id. */
  readonly reference: string;
  readonly at: Instant;
}

/**
 * Money goes back of which unused time was credited before: as far as that credit is still on the balance, it is
 * taken off again. Else changing to a cheaper plan and then getting the payment back would double it. The part of
 * a payment that was never credited goes back first. In the caller's transaction, behind the account's lock.
 */
export async function reclaimCredit(
  { ids }: Pick<BillingDeps, 'ids'>,
  stores: PurchaseStores,
  { payment, amountMinor, reference, at }: Reclaim,
): Promise<void> {
  const { accountId, currency, refundedMinor } = payment;
  const balance = await stores.balances.find(accountId, currency);
  if (!balance || balance.minor === 0) return;
  const credited = await creditedFrom(stores, payment);
  const own = Math.max(0, payment.amountMinor - credited);
  const beyond = (back: number): number => Math.min(credited, Math.max(0, back - own));
  const minor = Math.min(balance.minor, beyond(refundedMinor + amountMinor) - beyond(refundedMinor));
  if (minor === 0) return;
  await stores.balances.save(movedBy(balance, -minor));
  const postings = creditReturnPostings(-minor);
  await post(stores, ids, { accountId, currency, at, reason: 'credit-reclaimed', reference, postings });
}

/** What changes of plan gave back of a payment, to the balance or towards another plan. */
async function creditedFrom(
  { payments }: Pick<PurchaseStores, 'payments'>,
  { id, accountId, subscriptionId }: Payment,
): Promise<number> {
  if (subscriptionId === null) return 0;
  const all = await payments.ofSubscription({ accountId, subscriptionId });
  return all.reduce((sum, payment) => sum + creditOf(payment, id), 0);
}

/** A pricing has a line for each of the quote's credits, in their order. */
function creditOf({ invoiceId, quote, pricing }: Payment, paymentId: string): number {
  if (invoiceId === null) return 0;
  const lines = pricing.lines.filter(({ kind }) => kind === 'credit');
  return quote.credits.reduce(
    (sum, credit, index) => (credit.paymentId === paymentId ? sum - (lines[index]?.amountMinor ?? 0) : sum),
    0,
  );
}
