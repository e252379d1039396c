import type { FakeBook } from './book.ts';
import { capture, customerOf, decline, newIntent } from './payments.ts';
import type { Behaviour, Invoice, Session, Subscription } from './records.ts';
import { invalid, missing } from './refused.ts';

/** The payer pays the page of a subscription: first `incomplete`, then paid, then `active`, as Stripe does it. */
export function paySubscription(book: FakeBook, session: Session, behaviour: Behaviour): Subscription {
  if (!session.interval) throw new Error('not the page of a subscription');
  const customer = customerOf(book, session);
  const subscription: Subscription = {
    id: book.id('sub'),
    created: book.seconds,
    customer,
    metadata: session.inner,
    amount: session.amount,
    currency: session.currency,
    interval: session.interval,
    method: book.method(behaviour, customer).id,
    status: 'incomplete',
    periodStart: book.seconds,
    periodEnd: periodEnd(book.seconds, session.interval),
    cancelAtPeriodEnd: false,
    canceledAt: null,
    endedAt: null,
    endReason: null,
    latestInvoice: null,
  };
  book.subscriptions.set(subscription.id, subscription);
  const invoice = newInvoice(book, subscription, 'subscription_create');
  session.subscription = subscription.id;
  book.tell('customer.subscription.created', book.subscriptionObject(subscription));
  if (behaviour.onSession === 'declined') {
    failInvoice(book, subscription, invoice);
    return subscription;
  }
  settleInvoice(book, subscription, invoice);
  session.status = 'complete';
  session.paymentStatus = 'paid';
  book.tell('checkout.session.completed', book.sessionObject(session));
  return subscription;
}

/** The period is over: the next one begins and is charged. Call it when the clock has reached `periodEnd`. */
export function cycle(book: FakeBook, subscription: Subscription): void {
  if (subscription.cancelAtPeriodEnd) return end(book, subscription, 'cancellation_requested');
  const previous = { current_period_end: subscription.periodEnd };
  subscription.periodStart = subscription.periodEnd;
  subscription.periodEnd = periodEnd(subscription.periodStart, subscription.interval);
  const invoice = newInvoice(book, subscription, 'subscription_cycle');
  book.tell('customer.subscription.updated', book.subscriptionObject(subscription), previous);
  collect(book, subscription, invoice);
}

/** Another try of the debt. */
export function retry(book: FakeBook, subscription: Subscription): void {
  const invoice = book.invoices.get(subscription.latestInvoice ?? '');
  if (invoice?.status === 'open') collect(book, subscription, invoice);
}

function collect(book: FakeBook, subscription: Subscription, invoice: Invoice): void {
  const behaviour = book.methods.get(subscription.method)?.behaviour;
  if (behaviour?.offSession === 'ok') settleInvoice(book, subscription, invoice);
  else failInvoice(book, subscription, invoice);
}

function settleInvoice(book: FakeBook, subscription: Subscription, invoice: Invoice): void {
  const intent = book.intents.get(invoice.intent);
  if (!intent) throw missing('payment_intent', invoice.intent);
  invoice.attempts += 1;
  invoice.nextAttempt = null;
  capture(book, intent);
  invoice.status = 'paid';
  book.tell('invoice.paid', book.invoiceObject(invoice));
  book.tell('invoice.payment_succeeded', book.invoiceObject(invoice));
  if (book.placement === 'present') book.tell('invoice_payment.paid', book.invoicePaymentObject(invoice));
  if (subscription.status === 'active') return;
  const previous = { status: subscription.status };
  subscription.status = 'active';
  book.tell('customer.subscription.updated', book.subscriptionObject(subscription), previous);
}

function failInvoice(book: FakeBook, subscription: Subscription, invoice: Invoice): void {
  const intent = book.intents.get(invoice.intent);
  if (intent) decline(book, intent, 'card_declined', 'insufficient_funds');
  invoice.attempts += 1;
  invoice.nextAttempt = invoice.attempts < 4 ? book.seconds + 3 * 86_400 : null;
  book.tell('invoice.payment_failed', book.invoiceObject(invoice));
  if (invoice.reason === 'subscription_create') return;
  if (invoice.nextAttempt === null) return end(book, subscription, 'payment_failed');
  if (subscription.status === 'past_due') return;
  subscription.status = 'past_due';
  book.tell('customer.subscription.updated', book.subscriptionObject(subscription), { status: 'active' });
}

export function findSubscription(book: FakeBook, id: string): Subscription {
  const subscription = book.subscriptions.get(id);
  if (!subscription) throw missing('subscription', id);
  return subscription;
}

export function updateSubscription(
  book: FakeBook,
  id: string,
  cancelAtPeriodEnd: string | undefined,
): Record<string, unknown> {
  const subscription = findSubscription(book, id);
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired')
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
  const wanted = cancelAtPeriodEnd === 'true';
  if (cancelAtPeriodEnd !== undefined && wanted !== subscription.cancelAtPeriodEnd) {
    subscription.cancelAtPeriodEnd = wanted;
    subscription.canceledAt = wanted ? book.seconds : null;
    book.tell('customer.subscription.updated', book.subscriptionObject(subscription), {
      cancel_at_period_end: !wanted,
    });
  }
  return book.subscriptionObject(subscription);
}

export function cancelSubscription(book: FakeBook, id: string): Record<string, unknown> {
  const subscription = findSubscription(book, id);
  if (subscription.status === 'canceled') throw missing('subscription', id);
  end(book, subscription, 'cancellation_requested');
  return book.subscriptionObject(subscription);
}

/** The end, by whoever's wish: never undone. */
export function end(book: FakeBook, subscription: Subscription, reason: Subscription['endReason']): void {
  subscription.status = 'canceled';
  subscription.canceledAt ??= book.seconds;
  subscription.endedAt = book.seconds;
  subscription.endReason = reason;
  book.tell('customer.subscription.deleted', book.subscriptionObject(subscription));
}

function newInvoice(book: FakeBook, subscription: Subscription, reason: Invoice['reason']): Invoice {
  const { customer, amount, currency, method } = subscription;
  const id = book.id('in');
  const invoice: Invoice = {
    id,
    created: book.seconds,
    customer,
    subscription: subscription.id,
    metadata: subscription.metadata,
    reason,
    amount,
    currency,
    periodStart: subscription.periodStart,
    periodEnd: subscription.periodEnd,
    intent: newIntent(book, { customer, amount, currency, method, metadata: {}, invoice: id }).id,
    status: 'open',
    attempts: 0,
    nextAttempt: null,
  };
  book.invoices.set(id, invoice);
  subscription.latestInvoice = id;
  return invoice;
}

function periodEnd(start: number, { unit, count }: Subscription['interval']): number {
  const date = new Date(start * 1000);
  if (unit === 'day') date.setUTCDate(date.getUTCDate() + count);
  if (unit === 'week') date.setUTCDate(date.getUTCDate() + 7 * count);
  if (unit === 'month' || unit === 'year') {
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + (unit === 'year' ? 12 * count : count));
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(day, last));
  }
  return Math.floor(date.getTime() / 1000);
}
