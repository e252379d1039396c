import type { Instant } from '../kernel/instant.ts';
import { movedBy, noBalance } from './balance.ts';
import { invoiceFor, invoiceRefunded, numberOf, yearOf, type BillTo } from './invoice.ts';
import {
  creditReturnPostings,
  disputePostings,
  invoicePostings,
  refundPostings,
  unappliedPostings,
  type LedgerEntry,
} from './ledger.ts';
import type { BillingDeps } from './deps.ts';
import type { Payment } from './payment.ts';
import type { BookStores } from './book-ports.ts';
import { post } from './post.ts';

type BookDeps = Pick<BillingDeps, 'ids'>;

/**
 * What a paid purchase leaves in the books, in the transaction that settles it: its invoice under the next
 * number of the year, the ledger's entries, the account's balance moved. Gives the payment with its invoice.
 * Nothing is invoiced where nothing was charged or given back.
 */
export async function bookPurchase(
  { ids }: BookDeps,
  stores: BookStores,
  {
    payment,
    billTo,
    now,
  }: { readonly payment: Payment; readonly billTo: BillTo | null; readonly now: Instant },
): Promise<Payment> {
  const { accountId, currency, pricing, subscriptionId } = payment;
  if (pricing.lines.length === 0) return payment;
  if (subscriptionId === null) throw new Error(`payment ${payment.id} bought nothing to be invoiced`);
  await moveBalance(stores, payment, pricing.creditLeftMinor - pricing.creditUsedMinor);
  const year = yearOf(now);
  const number = numberOf(year, await stores.invoices.takeNumber(year));
  const invoice = invoiceFor({ id: ids.next(), number, payment, subscriptionId, billTo, now });
  await stores.invoices.add(invoice);
  await post(stores, ids, {
    ...{ accountId, currency, at: now },
    reason: 'invoice',
    reference: invoice.id,
    postings: invoicePostings(pricing),
  });
  return { ...payment, invoiceId: invoice.id };
}

const CREDIT_RETURNED = 'credit-returned';

/** What a paid purchase took of the account's balance goes back there, once, behind the account's lock. */
export async function bookCreditReturned(
  { ids }: BookDeps,
  stores: BookStores,
  { payment, at }: { readonly payment: Payment; readonly at: Instant },
): Promise<void> {
  const { id: reference, accountId, currency, invoiceId, pricing } = payment;
  const minor = pricing.creditUsedMinor;
  if (invoiceId === null || minor === 0 || (await isReturned(stores, payment))) return;
  await moveBalance(stores, payment, minor);
  const postings = creditReturnPostings(minor);
  await post(stores, ids, { accountId, currency, at, reason: CREDIT_RETURNED, reference, postings });
}

/** The ledger is asked, newest entries first: it is never rewritten, and nothing lies before the payment. */
async function isReturned({ ledger }: BookStores, payment: Payment): Promise<boolean> {
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await ledger.list(payment.accountId, { limit: 100, cursor });
    const isIt = ({ reason, reference }: LedgerEntry): boolean =>
      reason === CREDIT_RETURNED && reference === payment.id;
    if (page.items.some(isIt)) return true;
    if (page.items.some(({ at }) => at < payment.createdAt)) return false;
    cursor = page.nextCursor;
  }
  return false;
}

async function moveBalance(
  { balances }: BookStores,
  { accountId, currency }: Payment,
  minor: number,
): Promise<void> {
  if (minor === 0) return;
  const balance = (await balances.find(accountId, currency)) ?? noBalance(accountId, currency);
  await balances.save(movedBy(balance, minor));
}

/** Money came in and bought nothing; it is owed back. */
export const bookUnapplied = ({ ids }: BookDeps, stores: BookStores, payment: Payment, at: Instant) =>
  post(stores, ids, {
    accountId: payment.accountId,
    currency: payment.currency,
    reason: 'unapplied-payment',
    reference: payment.id,
    at,
    postings: unappliedPostings(payment.amountMinor),
  });

/** Money that went back, or was taken back: how much, and under which refund or dispute. */
export interface MoneyBack {
  readonly payment: Payment;
  readonly amountMinor: number;
  /** The refund's or the dispute's id. */
  readonly reference: string;
  readonly at: Instant;
}

/** A refund that succeeded: the ledger's entries, and what the invoice says was given back. */
export async function bookRefund({ ids }: BookDeps, stores: BookStores, back: MoneyBack): Promise<void> {
  const { payment, amountMinor, reference, at } = back;
  const { accountId, currency, invoiceId } = payment;
  const postings = refundPostings(payment, amountMinor);
  await post(stores, ids, { accountId, currency, reason: 'refund', reference, at, postings });
  const invoice = invoiceId === null ? undefined : await stores.invoices.find(invoiceId);
  if (invoice) await stores.invoices.save(invoiceRefunded(invoice, amountMinor));
}

/** A dispute that took the money (`lost`), or gave it back after all (`returned`). */
export const bookDispute = (
  { ids }: BookDeps,
  stores: BookStores,
  { payment, amountMinor, reference, at, outcome }: MoneyBack & { readonly outcome: 'lost' | 'returned' },
): Promise<void> =>
  post(stores, ids, {
    accountId: payment.accountId,
    currency: payment.currency,
    reason: `dispute-${outcome}`,
    reference,
    at,
    postings: disputePostings(outcome === 'lost' ? amountMinor : -amountMinor),
  });
