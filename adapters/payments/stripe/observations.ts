import { instant, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import type {
  ProviderObservation,
  ProviderOrder,
  ProviderRefund,
  ProviderStatus,
} from '../../../src/billing/index.ts';
import { fieldAt, idAt, integerAt, listAt, textAt } from './fields.ts';

const STATUSES: readonly ProviderStatus[] = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
];

/** Unix seconds as an instant; null where there are none. */
export const instantAt = (value: unknown, ...path: readonly (string | number)[]): Instant | null => {
  const seconds = integerAt(value, ...path);
  return seconds === null ? null : instant(seconds * SECOND);
};

/** What we wrote into the metadata when it was ordered. */
function orderIn(metadata: unknown): ProviderOrder | null {
  const accountId = textAt(metadata, 'account_id');
  const planId = textAt(metadata, 'plan_id');
  const termsVersion = Number(textAt(metadata, 'terms_version') ?? Number.NaN);
  if (accountId === null || planId === null || !Number.isSafeInteger(termsVersion)) return null;
  return { accountId, planId, termsVersion };
}

/** A Checkout Session in subscription mode that was completed: who ordered what. */
export function observedOrder(session: unknown): ProviderObservation | undefined {
  const [subscription, customer] = [idAt(session, 'subscription'), idAt(session, 'customer')];
  if (subscription === null || customer === null) return undefined;
  return {
    kind: 'subscription-ordered',
    subscription,
    customer,
    order: orderIn(fieldAt(session, 'metadata')),
  };
}

/** Since its "basil" versions Stripe has the period on the items; before, on the subscription. */
const periodAt = (
  subscription: unknown,
  field: 'current_period_start' | 'current_period_end',
): Instant | null => instantAt(subscription, 'items', 'data', 0, field) ?? instantAt(subscription, field);

export function observedSubscription(subscription: unknown): ProviderObservation | undefined {
  const [id, customer] = [textAt(subscription, 'id'), idAt(subscription, 'customer')];
  const status = STATUSES.find((known) => known === textAt(subscription, 'status'));
  if (id === null || customer === null || !status) return undefined;
  return {
    kind: 'subscription-changed',
    subscription: id,
    customer,
    order: orderIn(fieldAt(subscription, 'metadata')),
    status,
    startedAt: instantAt(subscription, 'start_date'),
    anchor: instantAt(subscription, 'billing_cycle_anchor') ?? instantAt(subscription, 'start_date'),
    periodStart: periodAt(subscription, 'current_period_start'),
    periodEnd: periodAt(subscription, 'current_period_end'),
    cancelAtPeriodEnd:
      fieldAt(subscription, 'cancel_at_period_end') === true ||
      (status !== 'canceled' && integerAt(subscription, 'cancel_at') !== null),
    endedAt: instantAt(subscription, 'ended_at') ?? instantAt(subscription, 'canceled_at'),
    endedUnpaid: textAt(subscription, 'cancellation_details', 'reason') === 'payment_failed',
  };
}

/** The subscription that an invoice is of: below `parent` at present, beside everything before. */
const subscriptionOf = (invoice: unknown): string | null =>
  idAt(invoice, 'parent', 'subscription_details', 'subscription') ?? idAt(invoice, 'subscription');

const invoiceOrder = (invoice: unknown): ProviderOrder | null =>
  orderIn(fieldAt(invoice, 'parent', 'subscription_details', 'metadata')) ??
  orderIn(fieldAt(invoice, 'subscription_details', 'metadata'));

function chargeOf(invoice: unknown): string | null {
  const payments = listAt(invoice, 'payments', 'data');
  const paid = payments.find((payment) => textAt(payment, 'status') === 'paid') ?? payments[0];
  return (
    idAt(paid, 'payment', 'payment_intent') ?? idAt(invoice, 'payment_intent') ?? idAt(invoice, 'charge')
  );
}

/** What an invoice paid for: from the first of its lines to the end of the last, never "now and a month". */
function periodOf(invoice: unknown): { readonly start: Instant; readonly end: Instant } | undefined {
  const lines = listAt(invoice, 'lines', 'data').filter((line) => (integerAt(line, 'amount') ?? 0) >= 0);
  const starts = lines.flatMap((line) => instantAt(line, 'period', 'start') ?? []);
  const ends = lines.flatMap((line) => instantAt(line, 'period', 'end') ?? []);
  const [start, end] = [starts.sort((a, b) => a - b)[0], ends.sort((a, b) => b - a)[0]];
  return start === undefined || end === undefined ? undefined : { start, end };
}

export function observedInvoice(invoice: unknown): ProviderObservation | undefined {
  const [id, customer, subscription] = [
    textAt(invoice, 'id'),
    idAt(invoice, 'customer'),
    subscriptionOf(invoice),
  ];
  if (id === null || customer === null || subscription === null) return undefined;
  const about = { subscription, customer, order: invoiceOrder(invoice), invoice: id };
  const period = periodOf(invoice);
  const isPaid = textAt(invoice, 'status') === 'paid' || fieldAt(invoice, 'paid') === true;
  if (!isPaid || !period) return { kind: 'invoice-failed', ...about };
  return {
    kind: 'invoice-paid',
    ...about,
    charge: chargeOf(invoice),
    amountMinor: integerAt(invoice, 'amount_paid') ?? 0,
    currency: (textAt(invoice, 'currency') ?? '').toUpperCase(),
    isFirst: textAt(invoice, 'billing_reason') === 'subscription_create',
    ...period,
  };
}

/** A charge of which something went back: how much in all, however many refunds it was. */
export function observedRefund(charge: unknown): ProviderRefund | undefined {
  const reference = idAt(charge, 'payment_intent') ?? textAt(charge, 'id');
  const amountMinor = integerAt(charge, 'amount_refunded');
  if (reference === null || amountMinor === null || amountMinor === 0) return undefined;
  return { kind: 'charge-refunded', reference, amountMinor, invoice: idAt(charge, 'invoice') };
}
