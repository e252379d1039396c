import { after, HOUR, later, SECOND, type Instant } from '../kernel/instant.ts';
import { money, type Money } from '../kernel/money.ts';
import { follow } from '../kernel/state-machine.ts';
import type { PurchaseIntent, Quote, Stretch, Subscription } from '../subscriptions/index.ts';
import type { DisputeNote } from './dispute.ts';
import { paymentLifecycle, type PaymentStatus, type PaymentTrigger } from './payment-lifecycle.ts';
import type { BillingPolicy } from './policy.ts';
import type { Pricing } from './pricing.ts';

/** One attempt of an account to pay for one purchase. */
export interface Payment {
  readonly id: string;
  readonly accountId: string;
  readonly planId: string;
  readonly intent: PurchaseIntent;
  /** What is bought, as it was offered. */
  readonly quote: Quote;
  /** What it costs, line by line, as the invoice will say. */
  readonly pricing: Pricing;
  /** What is due by the pricing: what the gateway is asked for. */
  readonly amountMinor: number;
  readonly currency: string;
  /** Given back so far, in minor units. With `refundingMinor` never above the amount. */
  readonly refundedMinor: number;
  /** On its way back: refunds that are pending. */
  readonly refundingMinor: number;
  /** What the gateway said at most to have given back in all, our own refunds included. */
  readonly providerRefundedMinor: number;
  /** The newest objection to it. */
  readonly dispute: DisputeNote | null;
  readonly status: PaymentStatus;
  /** Null when nothing was to be paid: then no gateway was asked either. */
  readonly paymentMethod: string | null;
  readonly gateway: string | null;
  /** Our key towards the gateway, stored before it is first used. */
  readonly gatewayKey: string;
  readonly gatewayReference: string | null;
  readonly checkoutUrl: string | null;
  /** The caller's Idempotency-Key that waits for this payment's answer. */
  readonly requestKey: string | null;
  readonly failureReason: string | null;
  readonly subscriptionId: string | null;
  readonly subscriptionEndAt: Instant | null;
  /** The invoice that it paid; null while, and when, it bought nothing. */
  readonly invoiceId: string | null;
  /** The coupon that was named with it, and is reserved until it is settled. */
  readonly couponId: string | null;
  /** Where the payer goes on from the gateway's page. */
  readonly returnUrl: string | null;
  /** Asked for by the calendar: nobody is there to act. */
  readonly offSession: boolean;
  /** The subscription whose due term is collected by it. */
  readonly collectionOf: string | null;
  /** How the gateway calls the payer, where it knew them already. */
  readonly customer: string | null;
  readonly createdAt: Instant;
  /** When somebody last set out to ask the gateway. */
  readonly askedAt: Instant;
  readonly settledAt: Instant | null;
  /** When the resolver is to ask the gateway; null when there is nothing to ask. */
  readonly nextCheckAt: Instant | null;
  /** Answers of the gateway so far that left the outcome open. */
  readonly checks: number;
  readonly version: number;
}

export const amountOf = ({ amountMinor, currency }: Payment): Money => money(amountMinor, currency);

export interface NewPayment {
  readonly id: string;
  readonly accountId: string;
  readonly intent: PurchaseIntent;
  readonly quote: Quote;
  readonly pricing: Pricing;
  readonly couponId: string | null;
  readonly returnUrl: string | null;
  readonly offSession: boolean;
  readonly collectionOf: string | null;
  readonly customer: string | null;
  readonly requestKey: string | null;
  readonly now: Instant;
}

const blank = ({ quote, pricing, now, ...made }: NewPayment): Omit<Payment, 'status'> => ({
  ...made,
  planId: quote.planId,
  quote,
  pricing,
  amountMinor: pricing.dueMinor,
  currency: quote.price.currency,
  refundedMinor: 0,
  refundingMinor: 0,
  providerRefundedMinor: 0,
  dispute: null,
  paymentMethod: null,
  gateway: null,
  gatewayKey: `usher-${made.id}`,
  gatewayReference: null,
  checkoutUrl: null,
  failureReason: null,
  subscriptionId: null,
  subscriptionEndAt: null,
  invoiceId: null,
  createdAt: now,
  askedAt: now,
  settledAt: null,
  nextCheckAt: null,
  checks: 0,
  version: 1,
});

/** A payment about to be asked of the gateway. Should its asker die, the resolver finds it. */
export const pendingPayment = (
  made: NewPayment,
  by: { readonly gateway: string; readonly method: string; readonly policy: BillingPolicy },
): Payment => ({
  ...blank(made),
  status: 'pending',
  paymentMethod: by.method,
  gateway: by.gateway,
  nextCheckAt: nextCheck(0, made.now, by.policy),
});

/** What costs nothing is paid at once, by nobody (rules.md: "Price 0: no gateway, a payment of 0.00"). */
export const freePayment = (made: NewPayment): Payment => ({
  ...blank(made),
  status: 'succeeded',
  settledAt: made.now,
});

function nextCheck(checks: number, now: Instant, { checkDelays }: BillingPolicy): Instant | null {
  const delay = checkDelays[checks];
  return delay === undefined ? null : after(now, delay);
}

/** Whether whoever set out to ask the gateway has had the time to be done. */
export const isStale = (payment: Payment, now: Instant, { staleSeconds }: BillingPolicy): boolean =>
  now >= after(payment.askedAt, staleSeconds * SECOND);

function moved(payment: Payment, trigger: PaymentTrigger): Payment {
  const status = follow(paymentLifecycle, payment.status, trigger);
  if (!status) throw new Error(`payment ${payment.id} is ${payment.status}: no ${trigger}`);
  return { ...payment, status, version: payment.version + 1 };
}

/** How the gateway was asked: to do the charge (again), or what became of it. */
export type Asking = 'charge' | 'find';

/** Somebody sets out to ask the gateway: until they must be done, nobody else does. */
export const asking = (payment: Payment, now: Instant, { staleSeconds }: BillingPolicy): Payment => ({
  ...payment,
  askedAt: now,
  nextCheckAt: payment.nextCheckAt === null ? null : after(now, staleSeconds * SECOND),
  version: payment.version + 1,
});

export const captured = (payment: Payment, reference: string | null, now: Instant): Payment => ({
  ...moved(payment, 'capture'),
  gatewayReference: reference,
  failureReason: null,
  settledAt: now,
  nextCheckAt: null,
});

/** The payment of what was bought, its invoice's line over the time that was really bought: it began when it was paid. */
export const forSubscription = (
  payment: Payment,
  { id, endsAt, stretches }: Pick<Subscription, 'id' | 'endsAt' | 'stretches'>,
): Payment => ({
  ...payment,
  pricing: over(
    payment.pricing,
    stretches.find(({ paymentId }) => paymentId === payment.id),
  ),
  subscriptionId: id,
  subscriptionEndAt: endsAt,
});

/** A whole term is one line; the parts of a change stay as they were reckoned. */
const over = (pricing: Pricing, bought: Stretch | undefined): Pricing => ({
  ...pricing,
  lines: pricing.lines.map((line) =>
    bought && line.kind === 'plan' && pricing.nets.length === 1
      ? { ...line, start: bought.start, end: bought.end }
      : line,
  ),
});

export const declined = (payment: Payment, reason: string, now: Instant): Payment => ({
  ...moved(payment, 'decline'),
  failureReason: reason,
  settledAt: now,
  nextCheckAt: null,
});

/**
 * The payer must act, and has until `awaitPayerHours` after the payment was made: then the resolver closes it,
 * trying every hour where the gateway would not.
 */
export const waitingForPayer = (
  payment: Payment,
  charge: { readonly reference: string | null; readonly checkoutUrl: string | null },
  { now, policy }: { readonly now: Instant; readonly policy: BillingPolicy },
): Payment => ({
  ...(payment.status === 'requires_action'
    ? { ...payment, version: payment.version + 1 }
    : moved(payment, 'require-action')),
  gatewayReference: charge.reference,
  checkoutUrl: charge.checkoutUrl,
  nextCheckAt: later(after(payment.createdAt, policy.awaitPayerHours * HOUR), after(now, HOUR)),
});

/** The payer never acted (`abandoned`), or another purchase takes the place of this one (`superseded`). */
export const expired = (payment: Payment, failureReason: string, now: Instant): Payment => ({
  ...moved(payment, 'expire'),
  failureReason,
  settledAt: now,
  nextCheckAt: null,
});

/**
 * The gateway left the outcome open: it is asked on the resolver's schedule, never guessed. So is a payment
 * that was given up as absent while its charge was still on the way. Only questions count on the schedule.
 */
export function stillUnknown(
  payment: Payment,
  asked: { readonly by: Asking; readonly now: Instant; readonly policy: BillingPolicy },
): Payment {
  const checks = payment.checks + (asked.by === 'find' ? 1 : 0);
  return {
    ...payment,
    checks,
    nextCheckAt: nextCheck(checks, asked.now, asked.policy),
    version: payment.version + 1,
  };
}

/** Nothing more to ask about a payment that had been given up. */
export const laidToRest = (payment: Payment): Payment => ({
  ...payment,
  nextCheckAt: null,
  version: payment.version + 1,
});
