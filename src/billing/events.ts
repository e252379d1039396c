import type { Ids } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { Dispute } from './dispute.ts';
import type { Payment } from './payment.ts';
import type { ProviderEvent } from './provider-event.ts';
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

/** `retryAt`: when a collection that failed is tried again; null when it is not. */
export const paymentEvent = (
  payment: Payment,
  { type, at, ids, retryAt = null }: Happened<PaymentEventType> & { readonly retryAt?: Instant | null },
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
    invoiceId: payment.invoiceId,
    collection: payment.collectionOf !== null,
    retryAt,
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

const DISPUTE_EVENTS = {
  open: 'billing.dispute-opened',
  won: 'billing.dispute-won',
  lost: 'billing.dispute-lost',
} as const;

/** What a dispute has become. */
export const disputeEvent = (
  dispute: Dispute,
  { at, ids }: { readonly at: Instant; readonly ids: Ids },
): DomainEvent => ({
  id: ids.next(),
  type: DISPUTE_EVENTS[dispute.status],
  at,
  accountId: dispute.accountId,
  subjectId: dispute.id,
  data: {
    paymentId: dispute.paymentId,
    amountMinor: dispute.amountMinor,
    currency: dispute.currency,
    reason: dispute.reason,
  },
});

/** Something was heard from a provider: whose it is, is found out by whoever acts on it. */
export const providerEventReceived = (
  { provider, id, type }: ProviderEvent,
  { at, ids }: Omit<Happened<unknown>, 'type'>,
): DomainEvent => ({
  id: ids.next(),
  type: 'billing.provider-event-received',
  at,
  accountId: null,
  subjectId: id,
  data: { provider, eventId: id, eventType: type },
});

/** Somebody had an account's books compared with the provider's. */
export const reconciledEvent = (
  done: { readonly accountId: string; readonly by: string; readonly repaired: number },
  { at, ids }: Omit<Happened<unknown>, 'type'>,
): DomainEvent => ({
  id: ids.next(),
  type: 'billing.reconciled',
  at,
  accountId: done.accountId,
  subjectId: done.accountId,
  data: { by: done.by, repaired: done.repaired },
});
