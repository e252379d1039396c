import { refusal } from '../kernel/domain-error.ts';
import { toDecimal, type Money } from '../kernel/money.ts';
import { notFound } from '../kernel/not-found.ts';
import type { Inapplicable } from './coupon.ts';
import type { PaymentStatus } from './payment-lifecycle.ts';

export const refusals = {
  notFound,
  invalid: refusal(
    'invalid',
    'request.invalid',
    'The request is not valid.',
    (errors: readonly { readonly pointer: string; readonly detail: string }[]) => ({ errors }),
  ),
  unknownMethod: refusal('invalid', 'request.invalid', 'The request is not valid.', () => ({
    errors: [{ pointer: '/payment_method', detail: 'is not a payment method that is known here' }],
  })),
  purchaseInProgress: refusal(
    'conflict',
    'billing.purchase-in-progress',
    'Another purchase of this account is still under way.',
    (seconds: number) => ({ retry_after_seconds: seconds }),
  ),
  accountClosed: refusal(
    'conflict',
    'billing.account-closed',
    'This account is closed: it buys nothing any more, and what it still pays goes back.',
  ),
  balanceChanged: refusal(
    'conflict',
    'billing.balance-changed',
    'The credit that this payment counted on is not there any more. The payment goes back.',
  ),
  paymentDeclined: refusal(
    'payment-required',
    'billing.payment-declined',
    'The payment was declined. Nothing was charged.',
    (paymentId: string, reason: string | null) => ({ payment_id: paymentId, reason }),
  ),
  webhookSignature: refusal(
    'invalid',
    'billing.webhook-signature',
    'The webhook is not signed by its provider, or was signed more than five minutes ago.',
  ),
  webhookUnreadable: refusal(
    'invalid',
    'billing.webhook-unreadable',
    'The webhook is signed, and holds no event.',
  ),
  paymentLate: refusal(
    'conflict',
    'billing.payment-late',
    'The payment arrived after it had been given up. It goes back to the payer.',
    (paymentId: string) => ({ payment_id: paymentId }),
  ),
  checkoutRefused: refusal(
    'conflict',
    'billing.checkout-refused',
    'No page can be opened for this order.',
    (reason: string) => ({ reason }),
  ),
  providerUnavailable: refusal(
    'unavailable',
    'billing.provider-unavailable',
    'The payment provider does not answer. Nothing was charged; try again.',
    (seconds: number) => ({ retry_after_seconds: seconds }),
  ),
  couponNotApplicable: refusal(
    'conflict',
    'billing.coupon-not-applicable',
    'This coupon cannot be used for this purchase.',
    (reason: Inapplicable) => ({ reason }),
  ),
  couponCodeTaken: refusal('conflict', 'billing.coupon-code-taken', 'Another coupon has this code.'),
  couponBelowRedeemed: refusal(
    'conflict',
    'billing.coupon-below-redeemed',
    'The coupon was used more often than that.',
    (redeemed: number) => ({ redeemed }),
  ),
  refundExceedsPayment: refusal(
    'conflict',
    'billing.refund-exceeds-payment',
    'No more can go back than was paid and has not gone back yet.',
    (refundable: Money) => ({ refundable: toDecimal(refundable), currency: refundable.currency }),
  ),
  paymentNotRefundable: refusal(
    'conflict',
    'billing.payment-not-refundable',
    'Nothing of this payment can go back in its present state.',
    (status: PaymentStatus) => ({ payment_status: status }),
  ),
};
