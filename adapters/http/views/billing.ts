import { z } from 'zod';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { money, toDecimal } from '../../../src/kernel/money.ts';
import { amountOf, DISPUTE_STATUSES, PAYMENT_STATUSES, type Payment } from '../../../src/billing/index.ts';
import { Currency, Decimal, Time, timeOf } from '../schemas.ts';

export const PaymentView = z
  .object({
    id: z.string(),
    status: z.enum(PAYMENT_STATUSES),
    amount: Decimal,
    currency: Currency,
    plan_id: z.string(),
    plan_name: z.string(),
    payment_method: z.string().nullable(),
    failure_reason: z.string().nullable(),
    created_at: Time,
    settled_at: Time.nullable(),
    subscription_id: z.string().nullable(),
    subscription_end_at: Time.nullable().meta({
      description: 'The end of the subscription as this payment left it; null while it bought nothing.',
    }),
    invoice_id: z.string().nullable().meta({ description: 'Null while, and when, it bought nothing.' }),
    refunded_amount: Decimal.meta({ description: 'What of it has gone back.' }),
    dispute: z
      .object({ status: z.enum(DISPUTE_STATUSES), reason: z.string() })
      .nullable()
      .meta({ description: 'The newest objection of the payer; null when there was none.' }),
    checkout_url: z.string().optional().meta({ description: 'Where the payer must act.' }),
  })
  .meta({ id: 'Payment' });

export const paymentView = (payment: Payment): z.input<typeof PaymentView> => ({
  id: payment.id,
  status: payment.status,
  amount: toDecimal(amountOf(payment)),
  currency: payment.currency,
  plan_id: payment.planId,
  plan_name: payment.quote.planName,
  payment_method: payment.paymentMethod,
  failure_reason: payment.failureReason,
  created_at: toRfc3339(payment.createdAt),
  settled_at: timeOf(payment.settledAt),
  subscription_id: payment.subscriptionId,
  subscription_end_at: timeOf(payment.subscriptionEndAt),
  invoice_id: payment.invoiceId,
  refunded_amount: toDecimal(money(payment.refundedMinor, payment.currency)),
  dispute: payment.dispute && { status: payment.dispute.status, reason: payment.dispute.reason },
  ...(payment.status === 'requires_action' && payment.checkoutUrl !== null
    ? { checkout_url: payment.checkoutUrl }
    : {}),
});
