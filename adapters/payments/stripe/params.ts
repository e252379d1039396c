import type Stripe from 'stripe';
import type { ChargeRequest } from '../../../src/billing/index.ts';

/** Names by which events and searches find our rows again. */
const metadataOf = ({ key, accountId }: ChargeRequest): Stripe.MetadataParam => ({
  key,
  account_id: accountId,
});

/** Stripe writes currencies in lower case; amounts are in the smallest unit on both sides. */
export const currencyOf = (currency: string): string => currency.toLowerCase();

/** A page for one payment. The same request gives the same parameters: Stripe compares them under a key. */
export function sessionParams(
  request: ChargeRequest,
  returnUrl: string,
): Stripe.Checkout.SessionCreateParams {
  const { key, amount, description, keepMethod, customer } = request;
  const url = request.returnUrl ?? returnUrl;
  return {
    mode: 'payment',
    client_reference_id: key,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: currencyOf(amount.currency),
          unit_amount: amount.minor,
          product_data: { name: description },
        },
      },
    ],
    metadata: metadataOf(request),
    payment_intent_data: {
      // An attempt that fails there is not the end: the page stays open.
      metadata: { ...metadataOf(request), page: 'checkout' },
      ...(keepMethod ? { setup_future_usage: 'off_session' } : {}),
    },
    ...(customer === null ? { customer_creation: keepMethod ? 'always' : 'if_required' } : { customer }),
    success_url: url,
    cancel_url: url,
  };
}

/** A charge of a method that is stored at Stripe. */
export function intentParams(request: ChargeRequest, returnUrl: string): Stripe.PaymentIntentCreateParams {
  const { amount, description, method, offSession, keepMethod, customer } = request;
  return {
    amount: amount.minor,
    currency: currencyOf(amount.currency),
    payment_method: method,
    allowed_payment_method_types: ['card'],
    confirm: true,
    description,
    metadata: metadataOf(request),
    ...(customer === null ? {} : { customer }),
    off_session: offSession,
    ...(offSession ? {} : { return_url: request.returnUrl ?? returnUrl }),
    ...(keepMethod && !offSession ? { setup_future_usage: 'off_session' as const } : {}),
  };
}
