import type { Machine } from '../kernel/state-machine.ts';

export const SUBSCRIPTION_STATUSES = [
  'incomplete',
  'scheduled',
  'trialing',
  'active',
  'past_due',
  'paused',
  'canceled',
  'expired',
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

export const SUBSCRIPTION_TRIGGERS = [
  'pay',
  'renew',
  'abandon',
  'reach-start',
  'reach-end',
  'fail-renewal',
  'give-up',
  'request-cancel',
  'cancel-now',
  'request-pause',
  'pause',
  'resume',
  'withdraw-request',
  'change-plan',
  'request-change',
  'fail-resume',
  'mirror',
] as const;
export type SubscriptionTrigger = (typeof SUBSCRIPTION_TRIGGERS)[number];

/**
 * The life of a subscription (rules.md, "Plans and subscriptions"). `reach-end` leads to `canceled` when a
 * cancellation is pending, to `paused` when a pause is. `request-…` writes a wish that takes effect at the end
 * of the period, and `withdraw-request` takes it back: neither changes the status. `mirror` follows whoever
 * collects it, to wherever they say: only what is over stays over.
 */
export const subscriptionLifecycle: Machine<SubscriptionStatus, SubscriptionTrigger> = {
  name: 'subscription',
  initial: ['incomplete', 'scheduled', 'trialing', 'active'],
  table: {
    incomplete: {
      pay: ['active', 'scheduled'],
      abandon: 'expired',
      'cancel-now': 'expired',
      mirror: SUBSCRIPTION_STATUSES,
    },
    scheduled: { 'reach-start': 'active', 'cancel-now': 'canceled', mirror: SUBSCRIPTION_STATUSES },
    trialing: {
      pay: 'active',
      'reach-end': ['expired', 'canceled'],
      'fail-renewal': 'past_due',
      'request-cancel': 'trialing',
      'withdraw-request': 'trialing',
      'change-plan': 'trialing',
      'request-change': 'trialing',
      'cancel-now': 'canceled',
      mirror: SUBSCRIPTION_STATUSES,
    },
    active: {
      renew: 'active',
      'reach-end': ['expired', 'canceled', 'paused'],
      'fail-renewal': 'past_due',
      'request-cancel': 'active',
      'request-pause': 'active',
      'withdraw-request': 'active',
      'change-plan': 'active',
      'request-change': 'active',
      pause: 'paused',
      'cancel-now': 'canceled',
      mirror: SUBSCRIPTION_STATUSES,
    },
    past_due: {
      pay: 'active',
      'fail-renewal': 'past_due',
      'give-up': 'expired',
      'cancel-now': 'canceled',
      mirror: SUBSCRIPTION_STATUSES,
    },
    paused: {
      resume: 'active',
      'fail-resume': 'paused',
      'withdraw-request': 'paused',
      'cancel-now': 'canceled',
      mirror: SUBSCRIPTION_STATUSES,
    },
    canceled: {},
    expired: {},
  },
};

/** The states of which an account has at most one at a time: everything that is not over. */
export const LIVE_STATUSES: readonly SubscriptionStatus[] = [
  'incomplete',
  'scheduled',
  'trialing',
  'active',
  'past_due',
  'paused',
];

export const isLive = (status: SubscriptionStatus): boolean => LIVE_STATUSES.includes(status);
