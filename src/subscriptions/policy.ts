import type { Instant } from '../kernel/instant.ts';

/** Numbers of the rules that an operator may set. */
export interface SubscriptionPolicy {
  /** A renewal is taken when at most so many days are left. */
  readonly renewalWindowDays: number;
  /** How long an unpaid purchase waits for its payer. */
  readonly incompleteHours: number;
  /** How long access goes on behind the end while an automatic renewal's outcome is unknown. */
  readonly unknownOutcomeHours: number;
  /** How far ahead a start can be scheduled. */
  readonly scheduleAheadDays: number;
  /** Days before the end at which the subscriber is reminded, once each per term. */
  readonly reminderDays: readonly number[];
  /** After each failed charge of a debt, the days until the next; the failure behind the last ends it. */
  readonly retryDays: readonly number[];
  /** How long a pause may be planned. */
  readonly pauseMaxDays: number;
  /** How long a preview of a change holds. */
  readonly previewHours: number;
}

export const subscriptionPolicy: SubscriptionPolicy = {
  renewalWindowDays: 30,
  incompleteHours: 23,
  unknownOutcomeHours: 24,
  scheduleAheadDays: 365,
  reminderDays: [7, 1],
  retryDays: [2, 5, 7, 7],
  pauseMaxDays: 365,
  previewHours: 1,
};

/** When a rule is asked, and by which numbers. */
export interface Circumstances {
  readonly now: Instant;
  readonly policy: SubscriptionPolicy;
}
