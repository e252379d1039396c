import type { NormalEvent, ProviderEvent, WebhookReader } from '../../../src/billing/index.ts';
import { instant, SECOND, type Clock } from '../../../src/kernel/instant.ts';
import { SIGNATURE_TOLERANCE_SECONDS, verifySigned } from '../../security/signed-webhooks.ts';
import { fieldAt, idAt, integerAt, isFields, textAt } from './fields.ts';
import { observedInvoice, observedOrder, observedRefund, observedSubscription } from './observations.ts';

export interface StripeWebhookDeps {
  /** The endpoint's signing secrets: the new one and, while rotating, the one before. */
  readonly secrets: readonly string[];
  /** Whether our key is of live mode: what comes from the other world is kept, and means nothing. */
  readonly livemode: boolean;
  /** Stripe knows nothing of a virtual clock. */
  readonly systemClock: Clock;
  /** Told of events of the other mode: somebody's endpoint is set up with the wrong key. */
  readonly onOtherMode: (eventId: string) => void;
}

export const STRIPE_SIGNATURE = 'stripe-signature';

/**
 * Reads what Stripe sends. Signatures older than 300 s are refused, and so are those from the future, which the
 * SDK's own check accepts. Signed are the bytes as they came: anything read and written again would differ.
 */
export const stripeWebhooks = ({
  secrets,
  livemode,
  systemClock,
  onOtherMode,
}: StripeWebhookDeps): WebhookReader => ({
  provider: 'stripe',
  read: ({ raw, headers }) => {
    const check = { secrets, now: systemClock.now(), toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS };
    if (!verifySigned(raw, headers[STRIPE_SIGNATURE], check)) return { refused: 'signature' };
    const told = parsed(raw);
    const event = eventIn(told);
    if (!event) return { refused: 'body' };
    if (fieldAt(told, 'livemode') === livemode) return { event };
    onOtherMode(event.id);
    return { event: { ...event, objectKey: event.id, body: IGNORED } };
  },
});

/** Undefined for what is no event: a "thin" one of the second API names its object and does not hold it. */
function eventIn(told: unknown): ProviderEvent | undefined {
  const [id, type, created] = [textAt(told, 'id'), textAt(told, 'type'), integerAt(told, 'created')];
  const object = fieldAt(told, 'data', 'object');
  if (id === null || type === null || created === null || created < 0 || created > 10 ** 11) return undefined;
  if (!isFields(object)) return undefined;
  return { provider: 'stripe', id, type, createdAt: instant(created * SECOND), ...meaningOf(type, object) };
}

function parsed(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** What an event means, and in whose life. */
interface Meaning {
  readonly body: NormalEvent;
  readonly objectKey: string;
}

const IGNORED: NormalEvent = { kind: 'ignored' };

/** Everything of a customer's subscriptions is one life; so is everything of one charge of ours. */
function meaningOf(type: string, object: unknown): Meaning {
  const body = bodyOf(type, object) ?? IGNORED;
  return { body, objectKey: lifeOf(body, object) };
}

function lifeOf(body: NormalEvent, object: unknown): string {
  if ('subscription' in body) return body.customer;
  // A refund of a charge that we did not ask for is of a subscription's invoice.
  if (body.kind === 'charge-refunded' && body.paymentKey === null)
    return idAt(object, 'customer') ?? body.reference;
  return chargeIn(object) ?? textAt(object, 'client_reference_id') ?? textAt(object, 'id') ?? 'nothing';
}

/** An intent, or what names one. */
const chargeIn = (object: unknown): string | null =>
  textAt(object, 'object') === 'payment_intent' ? textAt(object, 'id') : idAt(object, 'payment_intent');

function bodyOf(type: string, object: unknown): NormalEvent | undefined {
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired':
      return sessionBody(type, object);
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
    case 'customer.subscription.paused':
    case 'customer.subscription.resumed':
      return observedSubscription(object);
    // `invoice.payment_succeeded` tells the same, and not of those marked as paid by hand.
    case 'invoice.paid':
    case 'invoice.payment_failed':
      return observedInvoice(object);
    case 'payment_intent.succeeded':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return intentBody(type, object);
    case 'charge.refunded':
      return refundBody(object);
    case 'charge.dispute.created':
    case 'charge.dispute.closed':
      return disputeBody(type, object);
    default:
      return undefined;
  }
}

function sessionBody(type: string, session: unknown): NormalEvent | undefined {
  if (textAt(session, 'mode') === 'subscription') return observedOrder(session);
  const about = {
    paymentKey: textAt(session, 'client_reference_id'),
    reference: idAt(session, 'payment_intent'),
  };
  if (textAt(session, 'mode') !== 'payment' || about.paymentKey === null) return undefined;
  if (type === 'checkout.session.expired') return { kind: 'charge-abandoned', ...about };
  if (type === 'checkout.session.async_payment_failed')
    return { kind: 'charge-declined', ...about, reason: 'payment_failed' };
  // Completed is not paid: a debit of the bank takes days, and then says so.
  if (textAt(session, 'payment_status') === 'unpaid') return undefined;
  return {
    kind: 'charge-captured',
    ...about,
    amountMinor: integerAt(session, 'amount_total') ?? 0,
    method: null,
    customer: idAt(session, 'customer'),
  };
}

/** Only intents that carry our key are ours; those of a page may be tried again there until it closes. */
function intentBody(type: string, intent: unknown): NormalEvent | undefined {
  const about = { paymentKey: textAt(intent, 'metadata', 'key'), reference: textAt(intent, 'id') };
  if (about.paymentKey === null) return undefined;
  if (type === 'payment_intent.succeeded') {
    const isKept = textAt(intent, 'setup_future_usage') === 'off_session';
    return {
      kind: 'charge-captured',
      ...about,
      amountMinor: integerAt(intent, 'amount_received') ?? integerAt(intent, 'amount') ?? 0,
      method: isKept ? idAt(intent, 'payment_method') : null,
      customer: idAt(intent, 'customer'),
    };
  }
  if (textAt(intent, 'metadata', 'page') !== null) return undefined;
  if (type === 'payment_intent.canceled') return { kind: 'charge-abandoned', ...about };
  const fault = fieldAt(intent, 'last_payment_error');
  return {
    kind: 'charge-declined',
    ...about,
    reason: textAt(fault, 'decline_code') ?? textAt(fault, 'code') ?? 'payment_failed',
  };
}

function refundBody(charge: unknown): NormalEvent | undefined {
  const refund = observedRefund(charge);
  return refund && { ...refund, paymentKey: textAt(charge, 'metadata', 'key') };
}

const ENDS = { won: 'dispute-won', lost: 'dispute-lost' } as const;

function disputeBody(type: string, dispute: unknown): NormalEvent | undefined {
  const [id, status] = [textAt(dispute, 'id'), textAt(dispute, 'status')];
  // An inquiry (`warning_…`) takes no money, and neither does what was prevented.
  if (id === null || status === null || status.startsWith('warning_')) return undefined;
  const end = status === 'won' || status === 'lost' ? ENDS[status] : undefined;
  const kind = type === 'charge.dispute.created' ? 'dispute-opened' : end;
  return (
    kind && {
      kind,
      paymentKey: null,
      reference: idAt(dispute, 'payment_intent') ?? idAt(dispute, 'charge'),
      dispute: id,
      amountMinor: integerAt(dispute, 'amount') ?? 0,
      reason: textAt(dispute, 'reason'),
    }
  );
}
