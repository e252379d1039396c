import type Stripe from 'stripe';
import { UNKNOWN_CHARGE, type Charged } from '../../../src/billing/index.ts';

export const unknownCharge = (reference: string | null): Charged => ({ ...UNKNOWN_CHARGE, reference });

export const declinedCharge = (reason: string, reference: string | null): Charged => ({
  ...UNKNOWN_CHARGE,
  outcome: 'declined',
  reason,
  reference,
});

/** The reason of a page or an intent that was closed before anybody paid. */
export const ABANDONED = 'abandoned';

export const idOf = (named: string | { readonly id: string } | null | undefined): string | null =>
  typeof named === 'string' ? named : (named?.id ?? null);

/** What became of a Checkout Session in payment mode, whose intent was expanded. */
export function chargedBySession(session: Stripe.Checkout.Session): Charged {
  const intent = typeof session.payment_intent === 'object' ? session.payment_intent : null;
  if (session.status === 'expired') return declinedCharge(ABANDONED, session.id);
  if (session.status === 'open')
    return { ...UNKNOWN_CHARGE, outcome: 'requires_action', reference: session.id, checkoutUrl: session.url };
  if (session.payment_status === 'unpaid') return unsettled(session, intent);
  return {
    ...UNKNOWN_CHARGE,
    outcome: 'captured',
    reference: idOf(session.payment_intent) ?? session.id,
    ...(intent ? keptMethod(intent) : {}),
    customer: idOf(session.customer),
  };
}

/** Completed and not paid: a debit that takes days, which may still fail. */
const unsettled = (session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | null): Charged =>
  intent?.status === 'requires_payment_method' || intent?.status === 'canceled'
    ? declinedCharge(intent.last_payment_error?.code ?? 'payment_failed', session.id)
    : unknownCharge(session.id);

/** What became of a PaymentIntent. */
export function chargedByIntent(intent: Stripe.PaymentIntent): Charged {
  const { id: reference, last_payment_error: fault } = intent;
  switch (intent.status) {
    case 'succeeded':
      return { ...UNKNOWN_CHARGE, outcome: 'captured', reference, ...keptMethod(intent) };
    case 'requires_action':
      return {
        ...UNKNOWN_CHARGE,
        outcome: 'requires_action',
        reference,
        checkoutUrl: intent.next_action?.redirect_to_url?.url ?? null,
      };
    case 'canceled':
      return declinedCharge(fault?.decline_code ?? fault?.code ?? ABANDONED, reference);
    case 'requires_payment_method':
    case 'requires_confirmation':
      return declinedCharge(fault?.decline_code ?? fault?.code ?? 'payment_failed', reference);
    case 'processing':
    case 'requires_capture':
    default:
      return unknownCharge(reference);
  }
}

/** Only a method that was attached to its customer can be charged again. */
const keptMethod = (intent: Stripe.PaymentIntent): Pick<Charged, 'method' | 'customer'> => {
  const customer = idOf(intent.customer);
  const isKept = customer !== null && intent.setup_future_usage === 'off_session';
  return { method: isKept ? idOf(intent.payment_method) : null, customer };
};
