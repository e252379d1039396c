import type { FakeBook } from './book.ts';
import { textAt, textsAt, type Params } from './form.ts';
import { disputeObject } from './objects.ts';
import type { Behaviour, Dispute, Intent, Refund, Session } from './records.ts';
import { invalid, missing, Refused } from './refused.ts';

const DAY = 86_400;
const OK: Behaviour = { onSession: 'ok', offSession: 'ok' };

export function createCustomer(book: FakeBook, params: Params): Record<string, unknown> {
  const customer = { id: book.id('cus'), created: book.seconds, metadata: textsAt(params, 'metadata') };
  book.customers.set(customer.id, customer);
  return book.customerObject(customer);
}

const UNITS = ['day', 'week', 'month', 'year'] as const;

export function createSession(book: FakeBook, params: Params): Record<string, unknown> {
  const mode = textAt(params, 'mode');
  if (mode !== 'payment' && mode !== 'subscription') throw invalid('mode must be payment or subscription');
  const amount = Number(textAt(params, 'line_items', '0', 'price_data', 'unit_amount'));
  const currency = textAt(params, 'line_items', '0', 'price_data', 'currency');
  if (!Number.isSafeInteger(amount) || !currency) throw invalid('line_items[0][price_data] is not complete');
  if (currency !== currency.toLowerCase()) throw invalid(`Invalid currency: ${currency}`);
  const unit = UNITS.find(
    (name) => name === textAt(params, 'line_items', '0', 'price_data', 'recurring', 'interval'),
  );
  if ((mode === 'subscription') !== (unit !== undefined))
    throw invalid('recurring prices need mode subscription');
  if (!textAt(params, 'success_url')) throw invalid('success_url is missing');
  const customer = textAt(params, 'customer') ?? null;
  if (customer !== null && !book.customers.has(customer)) throw missing('customer', customer);
  const inner = mode === 'payment' ? 'payment_intent_data' : 'subscription_data';
  const session: Session = {
    id: book.id('cs_test'),
    mode,
    created: book.seconds,
    reference: textAt(params, 'client_reference_id') ?? null,
    metadata: textsAt(params, 'metadata'),
    inner: textsAt(params, inner, 'metadata'),
    amount,
    currency,
    interval: unit
      ? {
          unit,
          count: Number(textAt(params, 'line_items', '0', 'price_data', 'recurring', 'interval_count') ?? 1),
        }
      : null,
    keepsMethod: textAt(params, inner, 'setup_future_usage') === 'off_session',
    customer,
    status: 'open',
    paymentStatus: 'unpaid',
    intent: null,
    subscription: null,
  };
  book.sessions.set(session.id, session);
  return book.sessionObject(session);
}

export function findSession(book: FakeBook, id: string): Session {
  const session = book.sessions.get(id);
  if (!session) throw missing('checkout.session', id);
  if (session.status === 'open' && book.seconds >= session.created + DAY) close(book, session);
  return session;
}

export function expireSession(book: FakeBook, id: string): Record<string, unknown> {
  const session = findSession(book, id);
  if (session.status !== 'open')
    throw invalid(`This Session is ${session.status}, not open`, 'checkout_session_not_open');
  close(book, session);
  return book.sessionObject(session);
}

function close(book: FakeBook, session: Session): void {
  session.status = 'expired';
  book.tell('checkout.session.expired', book.sessionObject(session));
}

/** The customer whose page this is; made when there was none and something is to be kept. */
export function customerOf(book: FakeBook, session: Session): string {
  if (session.customer !== null) return session.customer;
  const made = { id: book.id('cus'), created: book.seconds, metadata: {} };
  book.customers.set(made.id, made);
  session.customer = made.id;
  return made.id;
}

/** The payer pays the page of a payment. A declined card leaves the page open, as Stripe's does. */
export function payPayment(book: FakeBook, session: Session, behaviour: Behaviour): void {
  const customer = session.keepsMethod ? customerOf(book, session) : session.customer;
  const method = book.method(behaviour, session.keepsMethod ? customer : null);
  const known = session.intent === null ? undefined : book.intents.get(session.intent);
  const intent =
    known ?? newIntent(book, { ...session, metadata: session.inner, customer, method: method.id });
  intent.method = method.id;
  session.intent = intent.id;
  if (behaviour.onSession === 'declined') return decline(book, intent, 'card_declined', 'generic_decline');
  capture(book, intent);
  session.status = 'complete';
  session.paymentStatus = 'paid';
  book.tell('checkout.session.completed', book.sessionObject(session));
}

interface NewIntent extends Pick<Intent, 'amount' | 'currency' | 'metadata' | 'customer' | 'method'> {
  readonly returnUrl?: string | null;
  readonly keepsMethod?: boolean;
  readonly invoice?: string | null;
}

export function newIntent(book: FakeBook, made: NewIntent): Intent {
  const intent: Intent = {
    id: book.id('pi'),
    created: book.seconds,
    amount: made.amount,
    currency: made.currency,
    metadata: made.metadata,
    returnUrl: made.returnUrl ?? null,
    keepsMethod: made.keepsMethod ?? false,
    customer: made.customer,
    method: made.method,
    status: 'requires_payment_method',
    charge: null,
    error: null,
    invoice: made.invoice ?? null,
  };
  book.intents.set(intent.id, intent);
  return intent;
}

export function capture(book: FakeBook, intent: Intent): void {
  intent.status = 'succeeded';
  intent.charge = book.id('ch');
  intent.error = null;
  book.tell('payment_intent.succeeded', book.intentObject(intent));
  book.tell('charge.succeeded', book.chargeObject(intent));
}

export function decline(book: FakeBook, intent: Intent, code: string, declineCode: string | null): void {
  intent.status = 'requires_payment_method';
  intent.error = { code, declineCode };
  book.tell('payment_intent.payment_failed', book.intentObject(intent));
}

export function createIntent(book: FakeBook, params: Params): Record<string, unknown> {
  const amount = Number(textAt(params, 'amount'));
  const currency = textAt(params, 'currency');
  const methodId = textAt(params, 'payment_method') ?? '';
  const method = book.methods.get(methodId);
  if (!Number.isSafeInteger(amount) || amount < 1 || !currency)
    throw invalid('amount and currency are needed');
  if (!method) throw missing('PaymentMethod', methodId);
  const customer = textAt(params, 'customer') ?? null;
  if (method.customer !== null && method.customer !== customer)
    throw invalid('The PaymentMethod belongs to another customer.', 'payment_method_unexpected_state');
  const intent = newIntent(book, {
    ...{ amount, currency, customer, method: method.id },
    metadata: textsAt(params, 'metadata'),
    returnUrl: textAt(params, 'return_url') ?? null,
    keepsMethod: textAt(params, 'setup_future_usage') === 'off_session',
  });
  if (textAt(params, 'confirm') === 'true') confirm(book, intent, textAt(params, 'off_session') === 'true');
  if (customer !== null && intent.keepsMethod) method.customer = customer;
  return book.intentObject(intent);
}

/** What the method does about it; a decline is an error of the card, with the intent in it. */
function confirm(book: FakeBook, intent: Intent, offSession: boolean): void {
  const { onSession, offSession: alone } = book.methods.get(intent.method ?? '')?.behaviour ?? OK;
  const doing = offSession ? alone : onSession;
  if (doing === 'ok') return capture(book, intent);
  if (doing === 'action') {
    intent.status = 'requires_action';
    book.tell('payment_intent.requires_action', book.intentObject(intent));
    return;
  }
  const code = doing === 'declined' ? 'card_declined' : 'authentication_required';
  const declineCode = doing === 'declined' ? 'insufficient_funds' : 'authentication_required';
  decline(book, intent, code, declineCode);
  throw new Refused(402, {
    type: 'card_error',
    code,
    decline_code: declineCode,
    message: 'Your card was declined.',
    payment_intent: book.intentObject(intent),
  });
}

export function findIntent(book: FakeBook, id: string): Intent {
  const intent = book.intents.get(id);
  if (!intent) throw missing('payment_intent', id);
  return intent;
}

export function cancelIntent(book: FakeBook, id: string): Record<string, unknown> {
  const intent = findIntent(book, id);
  if (intent.status === 'succeeded' || intent.status === 'canceled')
    throw invalid(`This PaymentIntent is ${intent.status}`, 'payment_intent_unexpected_state');
  intent.status = 'canceled';
  book.tell('payment_intent.canceled', book.intentObject(intent));
  return book.intentObject(intent);
}

/** `metadata['name']:'value'`: the one query of Stripe's language that is understood here. */
export function searchIntents(book: FakeBook, query: string): readonly Record<string, unknown>[] {
  const [, name = '', value] = /^metadata\['([^']+)'\]:'([^']+)'$/.exec(query) ?? [];
  if (value === undefined) throw invalid(`not understood: ${query}`);
  return [...book.intents.values()]
    .filter(({ metadata }) => metadata[name] === value)
    .map((intent) => book.intentObject(intent));
}

export function createRefund(book: FakeBook, params: Params): Record<string, unknown> {
  const intent = findIntent(book, textAt(params, 'payment_intent') ?? '');
  if (intent.status !== 'succeeded')
    throw invalid('This PaymentIntent does not have a successful charge to refund.');
  const left = intent.amount - book.refundedOf(intent.id);
  const amount = Number(textAt(params, 'amount') ?? left);
  if (left === 0) throw invalid('The charge has already been refunded.', 'charge_already_refunded');
  if (amount > left) throw invalid('Refund amount is greater than the unrefunded amount on the charge');
  const refund: Refund = {
    id: book.id('re'),
    created: book.seconds,
    intent: intent.id,
    amount,
    metadata: textsAt(params, 'metadata'),
    status: 'succeeded',
  };
  book.refunds.set(refund.id, refund);
  book.tell('charge.refunded', book.chargeObject(intent));
  return { ...refund, object: 'refund', charge: intent.charge, payment_intent: intent.id };
}

export function dispute(book: FakeBook, intent: Intent): Dispute {
  const made: Dispute = {
    id: book.id('dp'),
    created: book.seconds,
    intent: intent.id,
    amount: intent.amount,
    status: 'needs_response',
  };
  book.disputes.set(made.id, made);
  book.tell('charge.dispute.created', disputeObject(made, intent.charge));
  return made;
}

export function closeDispute(book: FakeBook, made: Dispute, outcome: 'won' | 'lost'): void {
  made.status = outcome;
  book.tell('charge.dispute.closed', disputeObject(made, book.intents.get(made.intent)?.charge ?? null));
}
