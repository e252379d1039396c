import { after, SECOND, type Instant } from '../kernel/instant.ts';
import { follow } from '../kernel/state-machine.ts';
import { refundableMinor } from './money-back.ts';
import type { Payment } from './payment.ts';
import type { BillingPolicy } from './policy.ts';
import { refundLifecycle, type RefundStatus, type RefundTrigger } from './refund-lifecycle.ts';

/** Money of one payment on its way back. */
export interface Refund {
  readonly id: string;
  readonly paymentId: string;
  readonly accountId: string;
  readonly amountMinor: number;
  readonly currency: string;
  /**
   * A code: what changed meanwhile (`subscriptions.already-active`), why nothing came of it
   * (`canceled-before-start`), `requested`, `provider`; or the words of the admin who asked for it.
   */
  readonly reason: string;
  readonly status: RefundStatus;
  /** Our key towards the gateway, stored before it is first used. */
  readonly gatewayKey: string;
  readonly failureReason: string | null;
  readonly createdAt: Instant;
  readonly settledAt: Instant | null;
  /** When the gateway is to be asked next; null when it has answered. */
  readonly nextTryAt: Instant | null;
  readonly tries: number;
  readonly version: number;
}

export const fullRefundKey = ({ id }: Payment): string => `usher-refund-${id}`;

interface Made {
  readonly id: string;
  readonly amountMinor: number;
  readonly gatewayKey: string;
  readonly reason: string;
  readonly now: Instant;
}

const pendingRefund = (payment: Payment, { now, ...made }: Made): Refund => ({
  ...made,
  paymentId: payment.id,
  accountId: payment.accountId,
  currency: payment.currency,
  status: 'pending',
  failureReason: null,
  createdAt: now,
  settledAt: null,
  nextTryAt: now,
  tries: 0,
  version: 1,
});

type Why = Pick<Made, 'id' | 'reason' | 'now'>;

/**
 * All that is left of a payment is to go back, from now on. The gateway's key is the payment's own, and unique:
 * whoever asks, and however often, a payment goes back as a whole once.
 */
export const fullRefund = (payment: Payment, why: Why): Refund =>
  pendingRefund(payment, {
    ...why,
    amountMinor: refundableMinor(payment),
    gatewayKey: fullRefundKey(payment),
  });

/** Somebody asks for some of it back, and sets out at once to ask the gateway: should they die, the sweep does. */
export const requestedRefund = (
  payment: Payment,
  { amountMinor, policy, ...why }: Why & { readonly amountMinor: number; readonly policy: BillingPolicy },
): Refund => ({
  ...pendingRefund(payment, { ...why, amountMinor, gatewayKey: `usher-refund-${why.id}` }),
  nextTryAt: after(why.now, policy.staleSeconds * SECOND),
});

/** It went back at the gateway, without us. */
export const providerRefund = (
  payment: Payment,
  { id, amountMinor, now }: Pick<Made, 'id' | 'amountMinor' | 'now'>,
): Refund => ({
  ...pendingRefund(payment, {
    id,
    amountMinor,
    now,
    reason: 'provider',
    gatewayKey: `provider-refund-${id}`,
  }),
  status: 'succeeded',
  settledAt: now,
  nextTryAt: null,
});

/** Somebody sets out to ask the gateway: until they must be done, nobody else does. */
export const trying = (refund: Refund, now: Instant, { staleSeconds }: BillingPolicy): Refund => ({
  ...refund,
  nextTryAt: after(now, staleSeconds * SECOND),
  version: refund.version + 1,
});

function ended(refund: Refund, trigger: RefundTrigger, now: Instant): Refund {
  const status = follow(refundLifecycle, refund.status, trigger);
  if (!status) throw new Error(`refund ${refund.id} is ${refund.status}: no ${trigger}`);
  return { ...refund, status, settledAt: now, nextTryAt: null, version: refund.version + 1 };
}

export const gaveBack = (refund: Refund, now: Instant): Refund => ended(refund, 'succeed', now);

export const refusedBack = (refund: Refund, reason: string, now: Instant): Refund => ({
  ...ended(refund, 'fail', now),
  failureReason: reason,
});

/** The gateway has not said: it is asked again with the same key, at the last delay for as long as it takes. */
export const tryLater = (refund: Refund, now: Instant, { refundDelays }: BillingPolicy): Refund => ({
  ...refund,
  tries: refund.tries + 1,
  nextTryAt: after(now, refundDelays[refund.tries] ?? refundDelays.at(-1) ?? 0),
  version: refund.version + 1,
});
