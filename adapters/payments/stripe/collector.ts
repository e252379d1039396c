import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type {
  Observed,
  OpenedPage,
  OrderPage,
  Snapshot,
  SubscriptionCollector,
  Wish,
} from '../../../src/billing/index.ts';
import { instant, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import { inTime } from '../../clock/in-time.ts';
import { idOf } from './charged.ts';
import { declineOf, isMissing, isRefused } from './declines.ts';
import { observedInvoice, observedRefund, observedSubscription } from './observations.ts';
import { currencyOf } from './params.ts';

export interface StripeCollectorDeps {
  readonly stripe: Stripe;
  /** Where payers go on from Stripe's page, unless they said where. */
  readonly returnUrl: string;
  /** Milliseconds for one question, all its requests included. */
  readonly timeoutMs: number;
  /** Told of every fault, since the caller only learns that the outcome is unknown. */
  readonly onFault: (fault: unknown, operation: string) => void;
}

/** Pages of a hundred that are read of one customer, at most. */
const MAX_ROWS = 2_000;

/** Subscriptions that Stripe collects. Keeps the port's promise: it never rejects, and answers in bounded time. */
export function stripeCollector(deps: StripeCollectorDeps): SubscriptionCollector {
  const { stripe, returnUrl, timeoutMs, onFault } = deps;
  const tried = async <R>(operation: string, unknown: R, work: () => Promise<R>): Promise<R> => {
    try {
      return await inTime(timeoutMs, work, `Stripe did not answer within ${timeoutMs} ms`);
    } catch (fault) {
      onFault(fault, operation);
      return unknown;
    }
  };
  return {
    name: 'stripe',
    open: (page) => tried<OpenedPage>('open', { outcome: 'unknown' }, () => open(stripe, page, returnUrl)),
    tell: (id, wish) => tried('tell', 'unknown', () => tell(stripe, id, wish)),
    chargesOf: (invoices) =>
      tried<ReadonlyMap<string, string>>('charges', new Map(), () => chargesOf(stripe, invoices)),
    snapshot: (customer) =>
      tried<Snapshot | 'unknown'>('snapshot', 'unknown', () => snapshot(stripe, customer)),
  };
}

async function open(stripe: Stripe, page: OrderPage, returnUrl: string): Promise<OpenedPage> {
  try {
    const customer = page.customer ?? (await newCustomer(stripe, page));
    const { url } = await stripe.checkout.sessions.create(orderParams({ ...page, customer }, returnUrl), {
      idempotencyKey: page.key,
    });
    return url === null ? { outcome: 'unknown' } : { outcome: 'opened', checkoutUrl: url, customer };
  } catch (error) {
    const reason = declineOf(error);
    if (reason === undefined) throw error;
    return { outcome: 'refused', reason };
  }
}

/** Under a key of the account's, so that two pages opened at once are one customer's. */
async function newCustomer(stripe: Stripe, { order }: OrderPage): Promise<string> {
  const { id } = await stripe.customers.create(
    { metadata: { account_id: order.accountId } },
    { idempotencyKey: `usher-customer-${order.accountId}` },
  );
  return id;
}

/** The price is made for this order alone: the plans are ours, and Stripe keeps no second list of them. */
function orderParams(page: OrderPage, returnUrl: string): Stripe.Checkout.SessionCreateParams {
  const { order, price, validity, customer } = page;
  const url = page.returnUrl ?? returnUrl;
  const metadata = {
    account_id: order.accountId,
    plan_id: order.planId,
    terms_version: String(order.termsVersion),
  };
  return {
    mode: 'subscription',
    client_reference_id: page.key,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: currencyOf(price.currency),
          unit_amount: price.minor,
          product_data: { name: page.planName },
          recurring:
            'days' in validity
              ? { interval: 'day', interval_count: validity.days }
              : { interval: 'month', interval_count: validity.months },
        },
      },
    ],
    metadata,
    subscription_data: { metadata },
    ...(customer === null ? {} : { customer }),
    success_url: url,
    cancel_url: url,
  };
}

/** What is over, or gone, needs no telling. */
async function tell(stripe: Stripe, id: string, wish: Wish): Promise<'done'> {
  try {
    if (wish === 'cancel-now') await stripe.subscriptions.cancel(id);
    else await stripe.subscriptions.update(id, { cancel_at_period_end: wish === 'cancel-at-period-end' });
    return 'done';
  } catch (error) {
    if (isMissing(error)) return 'done';
    if (!isRefused(error)) throw error;
    const { status } = await stripe.subscriptions.retrieve(id);
    if (status !== 'canceled' && status !== 'incomplete_expired') throw error;
    return 'done';
  }
}

/** Invoices tell their charge no more in events, only where it is asked for. */
async function chargesOf(stripe: Stripe, invoices: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const charges = new Map<string, string>();
  for (const invoice of invoices) {
    const { data } = await stripe.invoicePayments.list({ invoice, status: 'paid', limit: 10 });
    const intent = data.map(({ payment }) => idOf(payment.payment_intent)).find((id) => id !== null);
    if (intent) charges.set(invoice, intent);
  }
  return charges;
}

/**
 * A customer's subscriptions, invoices and refunds as they stand, as observations made at Stripe's own time of
 * the answer: they lie behind every event that Stripe sent before, and before all that it sends after. Named
 * after what they say, so that the same state is one observation however often it is asked for.
 */
async function snapshot(stripe: Stripe, customer: string): Promise<readonly Observed[]> {
  const first = await stripe.subscriptions.list({ customer, status: 'all', limit: 100 });
  const at = timeOf(first.lastResponse.headers['date']);
  const subscriptions = await stripe.subscriptions
    .list({ customer, status: 'all', limit: 100 })
    .autoPagingToArray({ limit: MAX_ROWS });
  const invoices = await stripe.invoices
    .list({ customer, status: 'paid', limit: 100, expand: ['data.payments'] })
    .autoPagingToArray({ limit: MAX_ROWS });
  const charges = await stripe.charges.list({ customer, limit: 100 }).autoPagingToArray({ limit: MAX_ROWS });
  return [
    ...subscriptions.map((it) => [it.id, observedSubscription(it)] as const),
    ...invoices.map((it) => [it.id, observedInvoice(it)] as const),
    ...charges.map((it) => [it.id, observedRefund(it)] as const),
  ].flatMap(([id, body]) =>
    body ? [{ id: `snapshot ${id} ${at} ${digestOf(body)}`, createdAt: at, body }] : [],
  );
}

const digestOf = (body: object): string =>
  createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);

function timeOf(date: string | undefined): Instant {
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) throw new Error('the answer has no date');
  return instant(Math.floor(at / SECOND) * SECOND);
}
