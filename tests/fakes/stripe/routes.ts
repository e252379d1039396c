import type { FakeBook } from './book.ts';
import { textAt, type Params } from './form.ts';
import { disputeObject, listObject, refundObject } from './objects.ts';
import * as payments from './payments.ts';
import * as subscriptions from './subscriptions.ts';
import { missing, Refused } from './refused.ts';

type Json = Record<string, unknown>;

interface Call {
  readonly book: FakeBook;
  readonly id: string;
  /** Of the query and the body. */
  readonly params: Params;
}

/** The endpoints that the product uses, and no others: another one is a 404 that a test sees. */
const ENDPOINTS: readonly (readonly [method: string, path: RegExp, answer: (call: Call) => Json])[] = [
  ['POST', /^\/v1\/customers$/, ({ book, params }) => payments.createCustomer(book, params)],
  ['POST', /^\/v1\/checkout\/sessions$/, ({ book, params }) => payments.createSession(book, params)],
  ['GET', /^\/v1\/checkout\/sessions\/(\w+)$/, ({ book, id, params }) => sessionAnswer(book, id, params)],
  ['POST', /^\/v1\/checkout\/sessions\/(\w+)\/expire$/, ({ book, id }) => payments.expireSession(book, id)],
  ['POST', /^\/v1\/payment_intents$/, ({ book, params }) => payments.createIntent(book, params)],
  [
    'GET',
    /^\/v1\/payment_intents\/search$/,
    ({ book, params }) => ({
      ...listObject(
        '/v1/payment_intents/search',
        payments.searchIntents(book, textAt(params, 'query') ?? ''),
      ),
      object: 'search_result',
    }),
  ],
  ['GET', /^\/v1\/payment_intents\/(\w+)$/, ({ book, id, params }) => intentAnswer(book, id, params)],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/cancel$/, ({ book, id }) => payments.cancelIntent(book, id)],
  ['POST', /^\/v1\/refunds$/, ({ book, params }) => payments.createRefund(book, params)],
  [
    'GET',
    /^\/v1\/refunds$/,
    ({ book, params }) =>
      listObject(
        '/v1/refunds',
        [...book.refunds.values()]
          .filter(({ intent }) => intent === textAt(params, 'payment_intent'))
          .map((refund) => refundObject(refund, book.intents.get(refund.intent)?.charge ?? null)),
      ),
  ],
  ['GET', /^\/v1\/subscriptions$/, ({ book, params }) => listOf(book, 'subscriptions', params)],
  [
    'GET',
    /^\/v1\/subscriptions\/(\w+)$/,
    ({ book, id }) => book.subscriptionObject(subscriptions.findSubscription(book, id)),
  ],
  [
    'POST',
    /^\/v1\/subscriptions\/(\w+)$/,
    ({ book, id, params }) =>
      subscriptions.updateSubscription(book, id, textAt(params, 'cancel_at_period_end')),
  ],
  ['DELETE', /^\/v1\/subscriptions\/(\w+)$/, ({ book, id }) => subscriptions.cancelSubscription(book, id)],
  ['GET', /^\/v1\/invoices$/, ({ book, params }) => listOf(book, 'invoices', params)],
  ['GET', /^\/v1\/invoices\/(\w+)$/, ({ book, id, params }) => invoiceAnswer(book, id, params)],
  ['GET', /^\/v1\/invoice_payments$/, ({ book, params }) => invoicePayments(book, params)],
  ['GET', /^\/v1\/charges$/, ({ book, params }) => charges(book, params)],
  [
    'GET',
    /^\/v1\/disputes$/,
    ({ book, params }) =>
      listObject(
        '/v1/disputes',
        [...book.disputes.values()]
          .filter(({ intent }) => intent === textAt(params, 'payment_intent'))
          .map((dispute) => disputeObject(dispute, book.intents.get(dispute.intent)?.charge ?? null)),
      ),
  ],
  [
    'GET',
    /^\/v1\/events$/,
    ({ book }) => listObject('/v1/events', [...book.events].reverse().slice(0, 100) as unknown as Json[]),
  ],
];

/** What Stripe would answer; refuses with `Refused`. */
export function answerTo(
  book: FakeBook,
  { method, path, params }: { readonly method: string; readonly path: string; readonly params: Params },
): Json {
  for (const [verb, pattern, answer] of ENDPOINTS) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) return answer({ book, id: match[1] ?? '', params });
  }
  throw new Refused(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path})`,
  });
}

function sessionAnswer(book: FakeBook, id: string, params: Params): Json {
  const session = payments.findSession(book, id);
  const intent = session.intent === null ? undefined : book.intents.get(session.intent);
  const expands = Object.values(paramsIn(params, 'expand')).includes('payment_intent');
  return {
    ...book.sessionObject(session),
    ...(intent && expands ? { payment_intent: book.intentObject(intent) } : {}),
  };
}

function intentAnswer(book: FakeBook, id: string, params: Params): Json {
  const intent = payments.findIntent(book, id);
  const expands = Object.values(paramsIn(params, 'expand')).includes('latest_charge');
  return {
    ...book.intentObject(intent),
    ...(expands && intent.charge !== null ? { latest_charge: book.chargeObject(intent) } : {}),
  };
}

function paramsIn(params: Params, name: string): Params {
  const found = params[name];
  return typeof found === 'object' ? found : {};
}

const wantsPayments = (params: Params): boolean =>
  Object.values(paramsIn(params, 'expand')).some((path) => String(path).endsWith('payments'));

function invoiceAnswer(book: FakeBook, id: string, params: Params): Json {
  const invoice = book.invoices.get(id);
  if (!invoice) throw missing('invoice', id);
  return book.invoiceObject(invoice, wantsPayments(params));
}

/** Newest first, all of one customer: the tests make few enough for one page. */
function listOf(book: FakeBook, kind: 'subscriptions' | 'invoices', params: Params): Json {
  const customer = textAt(params, 'customer');
  const data =
    kind === 'subscriptions'
      ? [...book.subscriptions.values()]
          .filter((subscription) => subscription.customer === customer)
          .map((subscription) => book.subscriptionObject(subscription))
      : [...book.invoices.values()]
          .filter((invoice) => invoice.customer === customer)
          .map((invoice) => book.invoiceObject(invoice, wantsPayments(params)));
  return listObject(`/v1/${kind}`, data.reverse());
}

function invoicePayments(book: FakeBook, params: Params): Json {
  const invoice = textAt(params, 'invoice');
  const intent = textAt(params, 'payment', 'payment_intent');
  const data = [...book.invoices.values()]
    .filter(
      (it) => (invoice === undefined || it.id === invoice) && (intent === undefined || it.intent === intent),
    )
    .map((it) => book.invoicePaymentObject(it));
  return listObject('/v1/invoice_payments', data);
}

function charges(book: FakeBook, params: Params): Json {
  const customer = textAt(params, 'customer');
  const data = [...book.intents.values()]
    .filter((intent) => intent.charge !== null && intent.customer === customer)
    .map((intent) => book.chargeObject(intent));
  return listObject('/v1/charges', data.reverse());
}
