import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { SubscriptionStores } from './ports.ts';
import type { Subscription } from './subscription.ts';

/**
 * What is being bought: `buy` starts anew or renews the same plan and never starts a trial; `subscribe` is
 * refused beside any live subscription, and alone starts trials and future starts; `renew` renews.
 */
export type PurchaseIntent = 'buy' | 'subscribe' | 'renew';

export interface PurchaseRequest {
  readonly accountId: string;
  /** Null with `renew`: the plan is the current one. */
  readonly planId: string | null;
  readonly intent: PurchaseIntent;
  /** With `subscribe`: a future start. */
  readonly startsAt: Instant | null;
  readonly now: Instant;
}

/** What a purchase will do and cost. Plain data, so that it can wait beside its payment. */
export interface Quote {
  readonly kind: 'start' | 'trial' | 'renewal' | 'scheduled';
  readonly planId: string;
  readonly planName: string;
  readonly termsVersion: number;
  /** Nothing to pay for a trial or a free plan: `minor` is 0. */
  readonly price: Money;
  /** The subscription that a renewal extends. */
  readonly subscriptionId: string | null;
  /** When a scheduled subscription starts. */
  readonly startsAt: Instant | null;
}

export interface Purchase {
  readonly accountId: string;
  readonly quote: Quote;
  /** Applied at most once per payment: again, it answers the subscription as it is. Null for a trial. */
  readonly paymentId: string | null;
  readonly actor: Actor;
  readonly now: Instant;
}

/** What a neighbour does with subscriptions inside its own unit of work. Nothing here opens one. */
export interface SubscriptionOperations {
  /**
   * Checks the rules and tells what a purchase would be; changes nothing. Refuses with `request.not-found`
   * (no such plan), `subscriptions.plan-unavailable`, `subscriptions.already-active`,
   * `subscriptions.renewal-too-early`, `subscriptions.no-current`, `subscriptions.not-renewable`,
   * `subscriptions.start-too-far`.
   */
  quotePurchase(stores: SubscriptionStores, request: PurchaseRequest): Promise<Quote>;
  /**
   * Carries a quote out, once per payment. Refuses as `quotePurchase` when the facts have changed since
   * (and with `subscriptions.trial-used`): what was paid is then to be given back.
   */
  applyPurchase(stores: SubscriptionStores, purchase: Purchase): Promise<Subscription>;
}
