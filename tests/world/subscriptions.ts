import { after, DAY, instant } from '../../src/kernel/instant.ts';
import { money } from '../../src/kernel/money.ts';
import { createPlan, type Plan, type PlanTerms } from '../../src/subscriptions/plan.ts';
import type { Payment } from '../../src/subscriptions/pay.ts';
import type { Opening } from '../../src/subscriptions/subscription-events.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';

/** Plans and subscriptions as the tests speak of them. */

/** Noon of a day that the next month does not have. */
export const NOW = instant(Date.UTC(2026, 0, 31, 12));

let counter = 0;
export const nextId = (): string => {
  counter += 1;
  return `01980000-0000-7000-8000-${counter.toString().padStart(12, '0')}`;
};

export const terms = (changes: Partial<PlanTerms> = {}): PlanTerms => ({
  price: money(999, 'USD'),
  validity: { days: 30 },
  accessLevel: 'basic',
  maxDevices: 2,
  resolution: '1080p',
  trialDays: 0,
  graceDays: 3,
  features: [
    { feature: 'channels', kind: 'limit', limit: -1, per: null, overage: null, overagePriceMinor: null },
  ],
  ...changes,
});

export const plan = (code: string, minor = 999, changes: Partial<PlanTerms> = {}): Plan =>
  createPlan(
    {
      code,
      name: 'Standard',
      description: 'Two devices.',
      isActive: true,
      terms: terms({ price: money(minor, 'USD'), ...changes }),
    },
    { id: nextId(), now: NOW },
  );

/** An active subscription, bought just now for 30 days. */
export const subscription = (changes: Partial<Subscription> = {}): Subscription => ({
  id: nextId(),
  accountId: nextId(),
  planId: nextId(),
  termsVersion: 1,
  status: 'active',
  createdAt: NOW,
  startedAt: NOW,
  collectedBy: 'usher',
  anchor: NOW,
  terms: 1,
  endsAt: after(NOW, 30 * DAY),
  remindFrom: NOW,
  remindedDays: null,
  autoRenew: false,
  cancelAtPeriodEnd: false,
  pauseAtPeriodEnd: false,
  stretches: [{ start: NOW, end: after(NOW, 30 * DAY), minor: 999 }],
  pausedAt: null,
  resumesAt: null,
  scheduledChange: null,
  failures: 0,
  retryAt: null,
  givesUpAt: null,
  endedAt: null,
  changedAt: NOW,
  version: 1,
  ...changes,
});

/** Somebody's subscription to some plan. */
export const opening = (changes: Partial<Opening> = {}): Opening => ({
  id: nextId(),
  accountId: nextId(),
  previousEvents: 0,
  planId: nextId(),
  termsVersion: 1,
  autoRenew: false,
  ...changes,
});

/** The command of somebody who pays for a further term. */
export const payment = (changes: Partial<Payment> = {}): Payment => ({
  type: 'pay',
  by: 'payer',
  terms: terms(),
  minor: 999,
  change: null,
  startsAt: null,
  ...changes,
});
