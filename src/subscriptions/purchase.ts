import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { Stretch } from './stretch.ts';

/**
 * What is being bought: `buy` starts anew or renews the same plan and never starts a trial; `subscribe` is
 * refused beside any live subscription, and alone starts trials and future starts; `renew` renews; `resume`
 * ends a pause behind which nothing is left; `change` changes the plan now.
 */
export type PurchaseIntent = 'buy' | 'subscribe' | 'renew' | 'resume' | 'change';

/**
 * How a change of plan now is reckoned: what is unused is credited and what is left is charged; nothing is;
 * or a full new term is charged and nothing credited.
 */
export type Proration = 'prorate' | 'none' | 'full';

export interface PurchaseRequest {
  readonly accountId: string;
  /** Null with `renew` and `resume`: the plan is the current one. */
  readonly planId: string | null;
  readonly intent: PurchaseIntent;
  /** With `subscribe`: a future start. */
  readonly startsAt: Instant | null;
  /** With `subscribe`: whether it is to renew itself. */
  readonly autoRenew: boolean;
  /** With `change`. */
  readonly proration: Proration;
  /** With `change`: the instant it is reckoned at, as a preview told; null: now. */
  readonly prorationDate: Instant | null;
  readonly now: Instant;
}

/** Time that is to be paid for. */
export interface Charge extends Stretch {
  readonly planName: string;
  /** Whether it is the rest of a term, at a part of the price. */
  readonly prorated: boolean;
}

/** Time that is given back unused. */
export interface Credit extends Stretch {
  readonly planName: string;
}

export type QuoteKind = 'start' | 'trial' | 'renewal' | 'scheduled' | 'change' | 'collection' | 'resume';

/** What a change of plan now makes of the subscription. */
export interface QuotedChange {
  /** The instant that it is reckoned at. */
  readonly at: Instant;
  readonly anchor: Instant;
  readonly terms: number;
  readonly endsAt: Instant;
  /** The version of the subscription that was quoted. */
  readonly fromVersion: number;
}

/** What a purchase will do and cost. Plain data, so that it can wait beside its payment. */
export interface Quote {
  readonly kind: QuoteKind;
  /** The plan that is paid for: with a change, the new one. */
  readonly planId: string;
  readonly planName: string;
  readonly termsVersion: number;
  /** The sum of the charges: 0 for a trial or a free plan. */
  readonly price: Money;
  /** The subscription that is renewed, collected, resumed or changed. */
  readonly subscriptionId: string | null;
  /** When a scheduled subscription starts. */
  readonly startsAt: Instant | null;
  /** Whether the subscription renews itself, or will. */
  readonly autoRenew: boolean;
  readonly charges: readonly Charge[];
  /** Only with a change. */
  readonly credits: readonly Credit[];
  /** Only with a change. */
  readonly change: QuotedChange | null;
}

export interface Purchase {
  readonly accountId: string;
  readonly quote: Quote;
  /** Applied at most once per payment: again, it answers the subscription as it is. Null for a trial. */
  readonly paymentId: string | null;
  /** The net amount for each of the quote's charges after discounts, in their order; null: the charges' own. */
  readonly nets: readonly number[] | null;
  readonly actor: Actor;
  readonly now: Instant;
}
