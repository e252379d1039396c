import type { Actor } from '../kernel/actor.ts';
import { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import { isLive, type Subscription } from '../subscriptions/index.ts';
import { bookPurchase, bookUnapplied } from './book.ts';
import { standingCredits } from './credit-standing.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { paymentEvent } from './events.ts';
import type { BillTo } from './invoice.ts';
import { isOpen } from './payment-lifecycle.ts';
import { rememberCustomer, rememberMethod } from './payment-method.ts';
import { captured, forSubscription, type Payment } from './payment.ts';
import type { Charged } from './ports.ts';
import { owe } from './refund-facts.ts';
import { fullRefund } from './refund.ts';
import { refusals } from './refusals.ts';
import { setAsideReleased, setAsideUsed } from './set-aside.ts';

/** A captured payment, as it is stored, and who learnt of it. */
export interface Capture {
  readonly stores: PurchaseStores;
  readonly payment: Payment;
  readonly charged: Charged;
  readonly billTo: BillTo | null;
  readonly actor: Actor;
  readonly now: Instant;
}

/** What was bought, with its invoice; or why the facts no longer allow it: then the money is on its way back. */
export type Brought =
  { readonly payment: Payment; readonly bought: Subscription } | { readonly refused: DomainError };

/** Money has come in: it buys what it was asked for, or goes back. All in the caller's transaction. */
export async function capture(deps: BillingDeps, it: Capture): Promise<Brought> {
  const { stores, payment, charged, now } = it;
  const paid = captured(payment, charged.reference, now);
  const bought = isOpen(payment.status) ? await bring(deps, it) : refusals.paymentLate(payment.id);
  if (bought instanceof DomainError) {
    await goesBack(deps, it, { paid, reason: bought.code });
    return { refused: bought };
  }
  // The coupon's row before the invoice's counter, as everywhere: two purchases must not wait for one another.
  await setAsideUsed(stores, paid, bought);
  const whole = await bookPurchase(deps, stores, {
    payment: forSubscription(paid, bought),
    billTo: it.billTo,
    now,
  });
  await stores.payments.save(whole);
  await rememberPayer(stores, whole, charged);
  await tell(deps, it, whole);
  return { payment: whole, bought };
}

const tell = ({ ids }: BillingDeps, { stores, now }: Capture, payment: Payment): Promise<void> =>
  stores.outbox.add([paymentEvent(payment, { type: 'billing.payment-succeeded', at: now, ids })]);

/** Carries the payment's quote out; again it answers what was bought. */
export const carryOut = (
  { operations }: BillingDeps,
  { stores, payment, actor, now }: Omit<Capture, 'charged' | 'billTo'>,
): Promise<Subscription> =>
  operations.applyPurchase(stores, {
    accountId: payment.accountId,
    quote: payment.quote,
    paymentId: payment.id,
    nets: payment.pricing.nets,
    actor,
    now,
  });

/** The subscription that was paid for, or why not: the account may have been deleted meanwhile. */
async function bring(deps: BillingDeps, it: Capture): Promise<Subscription | DomainError> {
  const { stores, payment } = it;
  try {
    if (await stores.closedAccounts.isClosed(payment.accountId)) throw refusals.accountClosed();
    if (await gaveUp(stores, payment)) throw refusals.paymentLate(payment.id);
    const balance = await stores.balances.find(payment.accountId, payment.currency);
    if ((balance?.minor ?? 0) < payment.pricing.creditUsedMinor) throw refusals.balanceChanged();
    if ((await creditStanding(stores, payment)) < payment.pricing.creditMinor)
      throw refusals.balanceChanged();
    return await carryOut(deps, it);
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
    const { kind, code, message, details } = error;
    return new DomainError(kind, code, message, { ...details, payment_id: payment.id });
  }
}

/** What is still to be credited: some of it may have gone back to the payer while this payment was open. */
async function creditStanding(stores: PurchaseStores, { quote }: Payment): Promise<number> {
  const credits = await standingCredits(stores, quote.credits);
  return credits.reduce((sum, { minor }) => sum + minor, 0);
}

/** Whether the subscription that waited for this payment is over: cancelled, or behind its time. */
async function gaveUp({ subscriptions }: PurchaseStores, { subscriptionId }: Payment): Promise<boolean> {
  const awaited = subscriptionId === null ? undefined : await subscriptions.find(subscriptionId);
  return awaited !== undefined && !isLive(awaited.status);
}

/** Money that bought nothing goes back, by a row that the refund sweep brings to its end. */
async function goesBack(
  deps: BillingDeps,
  it: Capture,
  { paid, reason }: { readonly paid: Payment; readonly reason: string },
): Promise<void> {
  const { stores, actor, now } = it;
  const { accountId, subscriptionId } = paid;
  await stores.payments.save(paid);
  await tell(deps, it, paid);
  await bookUnapplied(deps, stores, paid, now);
  if (isOpen(it.payment.status)) {
    await setAsideReleased(stores, paid);
    if (subscriptionId !== null)
      await deps.operations.abandonAwaited(stores, { accountId, subscriptionId, actor, now });
  }
  const refund = fullRefund(paid, { id: deps.ids.next(), reason, now });
  await owe(deps, stores, { payment: paid, refund });
}

/** What renews by itself is paid later as it was paid now; the gateway's name of the payer is kept in any case. */
async function rememberPayer(stores: PurchaseStores, payment: Payment, charged: Charged): Promise<void> {
  const { accountId, gateway, quote } = payment;
  if (quote.autoRenew && charged.method !== null) await rememberMethod(stores, accountId, charged.method);
  if (gateway !== null && charged.customer !== null)
    await rememberCustomer(stores, accountId, { provider: gateway, id: charged.customer });
}
