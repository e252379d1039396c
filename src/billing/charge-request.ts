import { amountOf, type Payment } from './payment.ts';
import type { ChargeRequest, PaymentGateway, Question } from './ports.ts';

/** What the gateway is asked to charge for a payment: the same words however often it is asked. */
export const chargeRequestOf = (
  payment: Payment,
  { defaultMethod }: Pick<PaymentGateway, 'defaultMethod'>,
): ChargeRequest => ({
  key: payment.gatewayKey,
  amount: amountOf(payment),
  method: payment.paymentMethod ?? defaultMethod,
  description: payment.quote.planName,
  accountId: payment.accountId,
  offSession: payment.offSession,
  // What renews by itself is charged again without its payer.
  keepMethod: payment.quote.autoRenew,
  returnUrl: payment.returnUrl,
  customer: payment.customer,
});

/** A question about what became of a payment's charge. */
export const questionOf = (payment: Payment, gateway: Pick<PaymentGateway, 'defaultMethod'>): Question => ({
  key: payment.gatewayKey,
  reference: payment.gatewayReference,
  request: chargeRequestOf(payment, gateway),
  since: payment.createdAt,
});
