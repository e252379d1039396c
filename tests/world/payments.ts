import { after, DAY, type Instant } from '../../src/kernel/instant.ts';
import { money } from '../../src/kernel/money.ts';
import type { NewPayment } from '../../src/billing/payment.ts';
import { priceOf } from '../../src/billing/pricing.ts';
import type { Quote } from '../../src/subscriptions/index.ts';
import { nextId, NOW } from './subscriptions.ts';

/** Quotes and payments as the tests speak of them. */

/** A first purchase of 30 days for 9.99. */
export const startQuote = (changes: Partial<Quote> = {}, now: Instant = NOW): Quote => ({
  kind: 'start',
  planId: nextId(),
  planName: 'Standard',
  termsVersion: 1,
  price: money(999, 'USD'),
  subscriptionId: null,
  startsAt: null,
  autoRenew: false,
  charges: [{ start: now, end: after(now, 30 * DAY), minor: 999, planName: 'Standard', prorated: false }],
  credits: [],
  change: null,
  ...changes,
});

/** A payment about to be made, for a quote as it is. */
export function newPayment(changes: Partial<NewPayment> = {}): NewPayment {
  const now = changes.now ?? NOW;
  const quote = changes.quote ?? startQuote({}, now);
  return {
    id: nextId(),
    accountId: nextId(),
    intent: 'buy',
    quote,
    pricing: priceOf({ quote, overage: [], discounts: [], creditMinor: 0 }),
    couponId: null,
    returnUrl: null,
    offSession: false,
    collectionOf: null,
    customer: null,
    requestKey: null,
    now,
    ...changes,
  };
}
