import type { Instant } from '../kernel/instant.ts';

/** Whose subscription to which terms: what the first event of a history says. */
export interface Opening {
  readonly id: string;
  readonly accountId: string;
  /** The number of events that the account's earlier subscriptions had. */
  readonly previousEvents: number;
  readonly planId: string;
  readonly termsVersion: number;
}

/** A run of paid terms: where they are counted from, how many, and where the last one ends. */
export interface PaidTerms {
  readonly anchor: Instant;
  readonly terms: number;
  readonly endsAt: Instant;
}

/** What can happen to a subscription; `at` is when it holds from, whenever it was written down. */
export type SubscriptionEvent = { readonly at: Instant } & (
  | { readonly type: 'payment-awaited'; readonly opening: Opening }
  | { readonly type: 'scheduled'; readonly opening: Opening; readonly paid: PaidTerms }
  | { readonly type: 'trial-started'; readonly opening: Opening; readonly endsAt: Instant }
  | { readonly type: 'started'; readonly opening: Opening; readonly paid: PaidTerms }
  | { readonly type: 'paid'; readonly paid: PaidTerms }
  | { readonly type: 'start-reached' }
  | { readonly type: 'renewed'; readonly paid: PaidTerms }
  | { readonly type: 'end-neared'; readonly days: number }
  | { readonly type: 'cancellation-requested' }
  | { readonly type: 'cancellation-withdrawn' }
  | { readonly type: 'canceled' }
  | { readonly type: 'expired' }
);
