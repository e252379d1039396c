import { after, DAY, type Instant } from '../kernel/instant.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

/**
 * When something is to be charged by itself: a term at the end of the one before, a debt at its next attempt,
 * the first term behind a pause on the day it ends; null: nothing is. Collection ends with a cancellation,
 * also of what is past due (polarsource/polar#13125: retries went on after it).
 */
export function collectAt(state: Subscription): Instant | null {
  if (state.collectedBy !== 'usher') return null;
  switch (state.status) {
    case 'active':
    case 'trialing':
      return renewsItself(state) ? state.endsAt : null;
    case 'past_due':
      return state.retryAt;
    case 'paused':
      // Who switched automatic renewal off is not charged by a date that was set before.
      return isSpent(state) && state.autoRenew ? state.resumesAt : null;
    case 'incomplete':
    case 'scheduled':
    case 'canceled':
    case 'expired':
      return null;
  }
}

/** Whether a next term follows the present one by itself. A pending cancellation wins over everything. */
export const renewsItself = ({ autoRenew, cancelAtPeriodEnd, pauseAtPeriodEnd }: Subscription): boolean =>
  autoRenew && !cancelAtPeriodEnd && !pauseAtPeriodEnd;

/** Whether nothing was left when it was paused: the next term is to be paid for first. */
export const isSpent = ({ endsAt, pausedAt }: Subscription): boolean =>
  endsAt === null || (pausedAt !== null && endsAt <= pausedAt);

export const isDue = (state: Subscription, now: Instant): boolean => {
  const at = collectAt(state);
  return at !== null && at <= now;
};

/** What a declined collection makes happen; nothing when nothing was due. */
export function failCollection(
  state: Subscription,
  now: Instant,
  { retryDays }: SubscriptionPolicy,
): readonly SubscriptionEvent[] {
  if (!isDue(state, now)) return [];
  if (state.status === 'paused') return [{ type: 'resume-failed', at: now }];
  const days = retryDays[state.failures];
  if (days === undefined) return [{ type: 'expired', at: now }];
  return [{ type: 'renewal-failed', at: now, retryAt: after(now, days * DAY) }];
}
