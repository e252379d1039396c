import type { Instant } from '../kernel/instant.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';
import type { Stretch } from './stretch.ts';
import type { PlanRef } from './subscription-events.ts';

/** Who charges for its terms. */
export type Collector = 'usher' | 'stripe';

/**
 * One account's hold on one plan, from purchase to its end. Times are half-open: at `endsAt` it is over.
 * Terms are counted from `anchor`, so that 31 January, 28 February, 31 March stay what they are.
 */
export interface Subscription {
  readonly id: string;
  readonly accountId: string;
  readonly planId: string;
  /** The terms it was bought on and keeps. */
  readonly termsVersion: number;
  readonly status: SubscriptionStatus;
  readonly createdAt: Instant;
  /** When access began, or will begin; null while unpaid. */
  readonly startedAt: Instant | null;
  /** Whoever does not collect it only mirrors it. */
  readonly collectedBy: Collector;
  /** What the terms are counted from; null while unpaid and in a trial. Behind a pause it is the end itself. */
  readonly anchor: Instant | null;
  /** Terms paid since the anchor. */
  readonly terms: number;
  /** When what was paid for, or the trial, ends; null while unpaid. */
  readonly endsAt: Instant | null;
  /** When the last term begins, or was bought if that is later: no reminder of its end lies before. */
  readonly remindFrom: Instant;
  /** The nearest reminder of this end that fell due, in days before it. */
  readonly remindedDays: number | null;
  readonly autoRenew: boolean;
  readonly cancelAtPeriodEnd: boolean;
  readonly pauseAtPeriodEnd: boolean;
  /** What was paid for what time, as far as it was not wholly used at the newest event. */
  readonly stretches: readonly Stretch[];
  /** Since when it is paused: what was left then runs on later. */
  readonly pausedAt: Instant | null;
  /** When a pause, present or pending, is to end by itself. */
  readonly resumesAt: Instant | null;
  /** What the next term is to be bought on. */
  readonly scheduledChange: PlanRef | null;
  /** Failed charges of the present debt. */
  readonly failures: number;
  /** When the charge of the debt is tried again. */
  readonly retryAt: Instant | null;
  /** When a debt that is retried no more ends it. */
  readonly givesUpAt: Instant | null;
  /** When it was canceled or expired. */
  readonly endedAt: Instant | null;
  /** The effective time of the newest event: nothing happens before it. */
  readonly changedAt: Instant;
  /**
   * The account's events so far, those of its earlier subscriptions included: guards every save, orders the
   * history, and is greatest in the subscription that counts.
   */
  readonly version: number;
}
