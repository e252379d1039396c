import type { Ids } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { Payment } from './payment.ts';
import type { Refund } from './refund.ts';

export type PaymentEventType =
  | 'billing.payment-succeeded'
  | 'billing.payment-failed'
  | 'billing.payment-pending'
  | 'billing.payment-unresolved';

export type RefundEventType = 'billing.refund-requested' | 'billing.refunded' | 'billing.refund-failed';

interface Happened<T> {
  readonly type: T;
  readonly at: Instant;
  readonly ids: Ids;
}

export const paymentEvent = (
  payment: Payment,
  { type, at, ids }: Happened<PaymentEventType>,
): DomainEvent => ({
  id: ids.next(),
  type,
  at,
  accountId: payment.accountId,
  subjectId: payment.id,
  data: {
    planId: payment.planId,
    planName: payment.quote.planName,
    kind: payment.quote.kind,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    status: payment.status,
    reason: payment.failureReason,
    subscriptionId: payment.subscriptionId,
    subscriptionEndAt: payment.subscriptionEndAt,
  },
});

export const refundEvent = (refund: Refund, { type, at, ids }: Happened<RefundEventType>): DomainEvent => ({
  id: ids.next(),
  type,
  at,
  accountId: refund.accountId,
  subjectId: refund.id,
  data: {
    paymentId: refund.paymentId,
    amountMinor: refund.amountMinor,
    currency: refund.currency,
    reason: refund.reason,
    failure: refund.failureReason,
  },
});
