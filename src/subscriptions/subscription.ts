import type { Instant } from '../kernel/instant.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';

/**
 * One account's hold on one plan, from purchase to its end. Times are half-open: at `endsAt` it is over.
 * Terms are counted from `anchor`, so that 31 January, 28 February, 31 March stay what they are.
 */
export interface Subscription {
  readonly id: string;
  readonly accountId: string;
  /** The account's first, second, … subscription: the greatest is the one that counts. */
  readonly ordinal: number;
  readonly planId: string;
  /** The terms it was bought on and keeps. */
  readonly termsVersion: number;
  readonly status: SubscriptionStatus;
  readonly createdAt: Instant;
  /** When access began, or will begin; null while unpaid. */
  readonly startedAt: Instant | null;
  /** What the terms are counted from; null while unpaid and in a trial. */
  readonly anchor: Instant | null;
  /** Terms paid since the anchor. */
  readonly terms: number;
  /** When what was paid for, or the trial, ends; null while unpaid. */
  readonly endsAt: Instant | null;
  /** When `endsAt` last moved: reminders that would lie before it are not owed. */
  readonly endSetAt: Instant;
  /** The nearest reminder of this end that fell due, in days before it. */
  readonly remindedDays: number | null;
  readonly autoRenew: boolean;
  readonly cancelAtPeriodEnd: boolean;
  readonly pauseAtPeriodEnd: boolean;
  /** When it was canceled or expired. */
  readonly endedAt: Instant | null;
  /** The effective time of the newest event; nothing happens before it. */
  readonly changedAt: Instant;
  /** The number of events so far, and the guard of every save: one above the stored one. */
  readonly version: number;
}
