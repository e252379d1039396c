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

/** What every purchase may be refused with. */
export const PURCHASE_REFUSALS = [
  'billing.account-closed',
  'billing.purchase-in-progress',
  'billing.payment-declined',
  'billing.payment-late',
  'billing.balance-changed',
  'billing.coupon-not-applicable',
  'subscriptions.already-active',
  'subscriptions.plan-unavailable',
  'subscriptions.renewal-too-early',
  'subscriptions.not-renewable',
  'idempotency.in-progress',
  'idempotency.other-request',
] as const;
