import type { Instant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import type { Quote } from '../subscriptions/index.ts';
import { bookPurchase, bookUnapplied } from './book.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { paymentEvent, refundEvent } from './events.ts';
import type { BillTo } from './invoice.ts';
import { refunding } from './money-back.ts';
import { forSubscription, freePayment, type Payment } from './payment.ts';
import { priceOf } from './pricing.ts';
import type { ProviderLife, ProviderPayment } from './provider-life.ts';
import type { ProviderSubscription } from './provider-subscription.ts';
import { syncRefunded } from './refund-facts.ts';
import { fullRefund } from './refund.ts';

export interface ProviderMoney {
  readonly stores: PurchaseStores;
  readonly life: ProviderLife;
  readonly row: ProviderSubscription;
  readonly billTo: BillTo | null;
  readonly now: Instant;
}

/**
 * Writes down what the provider collected and gave back: a payment, an invoice of ours and the ledger's entries
 * for each invoice of the provider's, once. What was collected for a subscription too many is owed back. Gives
 * the row with the payments in it.
 */
export async function bookProviderPayments(
  deps: BillingDeps,
  it: ProviderMoney,
): Promise<ProviderSubscription> {
  let { row } = it;
  for (const paid of it.life.payments) {
    if (paid.amountMinor === 0) continue;
    const known = row.payments[paid.invoice];
    const payment =
      known === undefined
        ? await bookOne(deps, { ...it, row }, paid)
        : await refreshed(it.stores, known, paid);
    const { now } = it;
    if (paid.refundedMinor > 0)
      await syncRefunded(deps, it.stores, {
        paymentId: payment.id,
        cumulativeMinor: paid.refundedMinor,
        now,
      });
    row = { ...row, payments: { ...row.payments, [paid.invoice]: payment.id } };
    if (paid.charge !== null) row = { ...row, charges: { ...row.charges, [paid.invoice]: paid.charge } };
  }
  return row;
}

async function bookOne(deps: BillingDeps, it: ProviderMoney, paid: ProviderPayment): Promise<Payment> {
  const { stores, row, billTo, now } = it;
  const { ids } = deps;
  const payment = await paymentFor(deps, it, paid);
  const whole =
    row.subscriptionId === null
      ? payment
      : await bookPurchase(deps, stores, {
          payment: forSubscription(payment, { id: row.subscriptionId, endsAt: paid.end, stretches: [] }),
          billTo,
          now,
        });
  await stores.payments.add(whole);
  await stores.outbox.add([paymentEvent(whole, { type: 'billing.payment-succeeded', at: now, ids })]);
  return row.subscriptionId === null ? owe(deps, it, whole) : whole;
}

/** Money for a subscription too many: it bought nothing here and goes back. */
async function owe(deps: BillingDeps, { stores, now }: ProviderMoney, payment: Payment): Promise<Payment> {
  const { ids } = deps;
  await bookUnapplied(deps, stores, payment, now);
  const reason = 'subscriptions.already-active';
  const refund = fullRefund(payment, { id: ids.next(), reason, now });
  const owed = refunding(payment, refund.amountMinor);
  await stores.refunds.add(refund);
  await stores.payments.save(owed);
  await stores.outbox.add([refundEvent(refund, { type: 'billing.refund-requested', at: now, ids })]);
  return owed;
}

async function paymentFor(
  { ids }: BillingDeps,
  { stores, life, row }: ProviderMoney,
  paid: ProviderPayment,
): Promise<Payment> {
  if (!life.order) throw new Error(`nobody knows what ${life.id} was ordered for`);
  const { planId, termsVersion } = life.order;
  const planName = (await stores.plans.find(planId))?.name ?? planId;
  const { start, end, amountMinor: minor, currency, isFirst } = paid;
  const quote: Quote = {
    kind: isFirst ? 'start' : 'collection',
    ...{ planId, planName, termsVersion },
    price: money(minor, currency),
    subscriptionId: isFirst ? null : row.subscriptionId,
    startsAt: null,
    autoRenew: true,
    charges: [{ start, end, minor, planName, prorated: false }],
    credits: [],
    change: null,
  };
  const made = freePayment({
    id: ids.next(),
    accountId: row.accountId,
    intent: isFirst ? 'subscribe' : 'renew',
    quote,
    // What the provider collected is all there is to price: it knows no meters of ours, and no purchase here
    // settles them while it collects.
    pricing: priceOf({ quote, overage: [], discounts: [], creditMinor: 0 }),
    couponId: null,
    returnUrl: null,
    offSession: !isFirst,
    collectionOf: null,
    customer: row.customer,
    requestKey: null,
    now: paid.paidAt,
  });
  return {
    ...made,
    gateway: row.provider,
    gatewayKey: `${row.provider}-${paid.invoice}`,
    gatewayReference: paid.charge ?? paid.invoice,
  };
}

/** A payment that was written down before, with the name of its charge as soon as that is known. */
async function refreshed({ payments }: PurchaseStores, id: string, paid: ProviderPayment): Promise<Payment> {
  const payment = await payments.find(id);
  if (!payment) throw new Error(`payment ${id} is gone`);
  if (paid.charge === null || payment.gatewayReference === paid.charge) return payment;
  const named = { ...payment, gatewayReference: paid.charge, version: payment.version + 1 };
  await payments.save(named);
  return named;
}
