import type { Instant } from '../kernel/instant.ts';
import { paidWith, type Stretch } from './stretch.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';

/** Whose subscription to which terms: what the first event of a history says. */
export interface Opening {
  readonly id: string;
  readonly accountId: string;
  /** The number of events that the account's earlier subscriptions had. */
  readonly previousEvents: number;
  readonly planId: string;
  readonly termsVersion: number;
  readonly autoRenew: boolean;
}

/** A plan, and the set of its terms. */
export interface PlanRef {
  readonly planId: string;
  readonly termsVersion: number;
}

/** Where terms are counted from, how many are paid, and where the last one ends. */
export interface Run {
  readonly anchor: Instant;
  readonly terms: number;
  readonly endsAt: Instant;
}

/** A run that one more stretch was paid for. */
export interface PaidTerms extends Run {
  readonly stretch: Stretch;
}

/** A run of which all the paid stretches are told anew. */
export interface RetoldRun extends Run {
  readonly stretches: readonly Stretch[];
}

/** What whoever collects a subscription elsewhere says of it. */
export interface Mirrored extends PlanRef {
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant | null;
  readonly anchor: Instant | null;
  readonly endsAt: Instant | null;
  readonly cancelAtPeriodEnd: boolean;
}

/** What can happen to a subscription; `at` is when it holds from, whenever it was written down. */
export type SubscriptionEvent = { readonly at: Instant } & (
  | { readonly type: 'payment-awaited'; readonly opening: Opening }
  | { readonly type: 'scheduled'; readonly opening: Opening; readonly paid: PaidTerms }
  | { readonly type: 'trial-started'; readonly opening: Opening; readonly endsAt: Instant }
  | { readonly type: 'started'; readonly opening: Opening; readonly paid: PaidTerms }
  | { readonly type: 'mirroring-begun'; readonly opening: Opening; readonly given: Mirrored }
  | { readonly type: 'mirrored'; readonly given: Mirrored }
  | { readonly type: 'paid'; readonly paid: PaidTerms }
  | { readonly type: 'start-reached' }
  | { readonly type: 'renewed'; readonly paid: PaidTerms }
  | { readonly type: 'renewal-failed'; readonly retryAt: Instant }
  | { readonly type: 'end-neared'; readonly days: number }
  | { readonly type: 'auto-renew-set' }
  /** `givesUpAt`: when the debt that is retried no more ends it; null without a debt. */
  | { readonly type: 'auto-renew-unset'; readonly givesUpAt: Instant | null }
  | { readonly type: 'pause-requested'; readonly resumesAt: Instant | null }
  | { readonly type: 'pause-withdrawn' }
  | { readonly type: 'paused'; readonly resumesAt: Instant | null }
  | { readonly type: 'resumed'; readonly run: RetoldRun }
  | { readonly type: 'resume-failed' }
  | { readonly type: 'change-scheduled'; readonly to: PlanRef }
  | { readonly type: 'change-withdrawn' }
  /** `run`: null when only the plan changes, in a trial or where the next term begins. */
  | { readonly type: 'changed'; readonly to: PlanRef; readonly run: RetoldRun | null }
  | { readonly type: 'cancellation-requested' }
  | { readonly type: 'cancellation-withdrawn' }
  | { readonly type: 'canceled' }
  | { readonly type: 'expired' }
);

/** An event whose new stretches say which payment they were paid with. */
export function boughtWith(event: SubscriptionEvent, paymentId: string | null): SubscriptionEvent {
  if (paymentId === null) return event;
  if ('paid' in event) {
    const stretch = { ...event.paid.stretch, paymentId };
    return { ...event, paid: { ...event.paid, stretch } };
  }
  if (!('run' in event) || event.run === null) return event;
  return { ...event, run: { ...event.run, stretches: paidWith(event.run.stretches, paymentId) } };
}
