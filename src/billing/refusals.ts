import { refusal } from '../kernel/domain-error.ts';
import { notFound } from '../kernel/not-found.ts';

export const refusals = {
  notFound,
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
  paymentDeclined: refusal(
    'payment-required',
    'billing.payment-declined',
    'The payment was declined. Nothing was charged.',
    (paymentId: string, reason: string | null) => ({ payment_id: paymentId, reason }),
  ),
  paymentLate: refusal(
    'conflict',
    'billing.payment-late',
    'The payment arrived after it had been given up. It goes back to the payer.',
    (paymentId: string) => ({ payment_id: paymentId }),
  ),
};
