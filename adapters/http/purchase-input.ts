import { z } from 'zod';

/** What every purchase is asked with. */

export const PlanId = z.string().max(100);
export const PaymentMethod = z.string().max(200).optional().meta({
  description: 'With the simulated gateway: pm_ok (the default), pm_declined, pm_timeout_before_capture, …',
});

export const Coupon = z.string().min(1).max(64).optional().meta({ description: 'The code of a coupon.' });

export const ReturnUrl = z
  .string()
  .max(2_000)
  .refine(isReturnUrl, 'must be a URL of https, or of http://localhost')
  .optional()
  .meta({
    description: 'Where the payer goes on from the page of the gateway: https, or http://localhost.',
    format: 'uri',
  });

function isReturnUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost');
}

/**
 * What whatever is paid for may be refused with: before anything is charged, or afterwards, when the facts have
 * changed meanwhile and the money goes back.
 */
export const PAID_REFUSALS = [
  'billing.account-closed',
  'billing.purchase-in-progress',
  'billing.payment-declined',
  'billing.payment-late',
  'billing.balance-changed',
  'subscriptions.already-active',
] as const;

/** What a further term of the present plan may be refused with, beside that. */
export const RENEWAL_REFUSALS = [
  'billing.coupon-not-applicable',
  'subscriptions.renewal-too-early',
  'subscriptions.not-renewable',
  'subscriptions.changed-meanwhile',
  'subscriptions.collected-elsewhere',
] as const;
