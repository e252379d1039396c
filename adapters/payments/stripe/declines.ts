import Stripe from 'stripe';

/**
 * Why Stripe did not charge, in its own word; undefined when the error does not say that nothing was charged:
 * a lost connection, a fault of Stripe's, a rate limit, a wrong key of ours.
 */
export function declineOf(error: unknown): string | undefined {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  if (error instanceof StripeCardError) return error.decline_code || error.code || 'card_declined';
  // 400 and 404 were refused before anything was begun.
  if (error instanceof StripeInvalidRequestError) return error.code ?? 'invalid_request';
  return undefined;
}

/** Whether what was asked for does not exist there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';

/** Whether Stripe understood the request and refuses it in the present state of what it names. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError;

/** The same fault for every way in which a bank asks for the payer. */
export const AUTHENTICATION_REQUIRED = 'authentication_required';
