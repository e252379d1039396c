import type {
  Customer,
  Dispute,
  Intent,
  Invoice,
  Metadata,
  Refund,
  Session,
  Subscription,
} from './records.ts';

/**
 * Where Stripe puts the fields that it moved: before its "basil" versions the period stood on the subscription,
 * and the invoice named its subscription, charge and intent.
 */
export type Placement = 'present' | 'older';

type Json = Record<string, unknown>;

export const customerObject = (customer: Customer): Json => ({
  ...customer,
  object: 'customer',
  livemode: false,
});

export const sessionObject = (session: Session, base: string): Json => ({
  id: session.id,
  object: 'checkout.session',
  created: session.created,
  livemode: false,
  mode: session.mode,
  status: session.status,
  payment_status: session.paymentStatus,
  client_reference_id: session.reference,
  customer: session.customer,
  subscription: session.subscription,
  payment_intent: session.intent,
  metadata: session.metadata,
  amount_total: session.amount,
  currency: session.currency,
  url: session.status === 'open' ? `${base}/pay/${session.id}` : null,
});

export const intentObject = (intent: Intent, base: string): Json => ({
  id: intent.id,
  object: 'payment_intent',
  created: intent.created,
  livemode: false,
  amount: intent.amount,
  amount_received: intent.status === 'succeeded' ? intent.amount : 0,
  currency: intent.currency,
  customer: intent.customer,
  payment_method: intent.method,
  setup_future_usage: intent.keepsMethod ? 'off_session' : null,
  status: intent.status,
  metadata: intent.metadata,
  latest_charge: intent.charge,
  last_payment_error: intent.error && {
    type: 'card_error',
    code: intent.error.code,
    decline_code: intent.error.declineCode,
    message: 'Your card was declined.',
  },
  next_action:
    intent.status === 'requires_action'
      ? {
          type: 'redirect_to_url',
          redirect_to_url: { url: `${base}/act/${intent.id}`, return_url: intent.returnUrl },
        }
      : null,
});

export const chargeObject = (intent: Intent, refundedMinor: number, placement: Placement): Json => ({
  id: intent.charge,
  object: 'charge',
  created: intent.created,
  livemode: false,
  amount: intent.amount,
  amount_captured: intent.amount,
  amount_refunded: refundedMinor,
  refunded: refundedMinor === intent.amount,
  currency: intent.currency,
  customer: intent.customer,
  payment_intent: intent.id,
  metadata: intent.metadata,
  status: 'succeeded',
  ...(placement === 'older' ? { invoice: intent.invoice } : {}),
});

export const disputeObject = (dispute: Dispute, charge: string | null): Json => ({
  id: dispute.id,
  object: 'dispute',
  created: dispute.created,
  livemode: false,
  amount: dispute.amount,
  charge,
  payment_intent: dispute.intent,
  reason: 'fraudulent',
  status: dispute.status,
});

export const refundObject = (refund: Refund, charge: string | null): Json => ({
  id: refund.id,
  object: 'refund',
  created: refund.created,
  amount: refund.amount,
  charge,
  payment_intent: refund.intent,
  metadata: refund.metadata,
  status: refund.status,
});

export function subscriptionObject(subscription: Subscription, placement: Placement): Json {
  const period = {
    current_period_start: subscription.periodStart,
    current_period_end: subscription.periodEnd,
  };
  return {
    id: subscription.id,
    object: 'subscription',
    created: subscription.created,
    livemode: false,
    customer: subscription.customer,
    status: subscription.status,
    metadata: subscription.metadata,
    start_date: subscription.created,
    billing_cycle_anchor: subscription.created,
    cancel_at_period_end: subscription.cancelAtPeriodEnd,
    cancel_at: subscription.cancelAtPeriodEnd ? subscription.periodEnd : null,
    canceled_at: subscription.canceledAt,
    ended_at: subscription.endedAt,
    trial_end: null,
    cancellation_details: { reason: subscription.endReason },
    latest_invoice: subscription.latestInvoice,
    default_payment_method: subscription.method,
    ...(placement === 'older' ? period : {}),
    items: {
      object: 'list',
      has_more: false,
      data: [
        {
          id: `si_${subscription.id}`,
          object: 'subscription_item',
          quantity: 1,
          price: { id: `price_${subscription.id}`, object: 'price', unit_amount: subscription.amount },
          ...(placement === 'present' ? period : {}),
        },
      ],
    },
  };
}

export const invoiceObject = (
  invoice: Invoice,
  { placement, withPayments }: { readonly placement: Placement; readonly withPayments: boolean },
): Json => ({
  id: invoice.id,
  object: 'invoice',
  created: invoice.created,
  livemode: false,
  customer: invoice.customer,
  status: invoice.status,
  billing_reason: invoice.reason,
  amount_due: invoice.amount,
  amount_paid: invoice.status === 'paid' ? invoice.amount : 0,
  currency: invoice.currency,
  attempt_count: invoice.attempts,
  next_payment_attempt: invoice.nextAttempt,
  metadata: {},
  lines: {
    object: 'list',
    has_more: false,
    data: [
      {
        id: `il_${invoice.id}`,
        object: 'line_item',
        amount: invoice.amount,
        currency: invoice.currency,
        description: '1 × plan',
        period: { start: invoice.periodStart, end: invoice.periodEnd },
      },
    ],
  },
  ...(placement === 'older' ? olderLinks(invoice) : presentLinks(invoice, withPayments)),
});

const olderLinks = ({ subscription, intent, metadata, status }: Invoice): Json => ({
  subscription,
  payment_intent: intent,
  paid: status === 'paid',
  subscription_details: { metadata },
});

const presentLinks = (invoice: Invoice, withPayments: boolean): Json => ({
  parent: {
    type: 'subscription_details',
    quote_details: null,
    subscription_details: { subscription: invoice.subscription, metadata: invoice.metadata },
  },
  ...(withPayments
    ? { payments: { object: 'list', has_more: false, data: [invoicePaymentObject(invoice)] } }
    : {}),
});

export const invoicePaymentObject = (invoice: Invoice): Json => ({
  id: `inpay_${invoice.id}`,
  object: 'invoice_payment',
  created: invoice.created,
  invoice: invoice.id,
  status: invoice.status === 'paid' ? 'paid' : 'open',
  amount_paid: invoice.status === 'paid' ? invoice.amount : null,
  payment: { type: 'payment_intent', payment_intent: invoice.intent },
});

export const listObject = (url: string, data: readonly Json[], hasMore = false): Json => ({
  object: 'list',
  url,
  has_more: hasMore,
  data,
});

export const noMetadata: Metadata = {};
