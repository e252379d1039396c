import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { ProviderObservation, ProviderOrder, ProviderRefund, Observed } from './provider-observation.ts';
import type { ProviderSubscription, Wish } from './provider-subscription.ts';

/** The subscriptions that a provider collects, and what it is to be told of them. */
export interface ProviderSubscriptionStore {
  find(of: { readonly provider: string; readonly id: string }): Promise<ProviderSubscription | undefined>;
  /** The one that is mirrored by a subscription of ours. */
  findBySubscription(subscriptionId: string): Promise<ProviderSubscription | undefined>;
  /**
   * Stores a row whose `version` is one above the stored one (1 for a new one); any other, and a second row
   * for a subscription of ours, is a lost race.
   */
  save(row: ProviderSubscription): Promise<void>;
  /** At most `limit` rows whose `nextTellAt` has come, the longest due first. */
  due(now: Instant, limit: number): Promise<readonly ProviderSubscription[]>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

/** A page at the provider where a subscription is ordered. */
export interface OrderPage {
  /** Our own key: the same page however often it is asked for. */
  readonly key: string;
  readonly order: ProviderOrder;
  readonly planName: string;
  readonly price: Money;
  readonly validity: { readonly days: number } | { readonly months: number };
  /** How the provider calls the payer, where it knows them already. */
  readonly customer: string | null;
  readonly returnUrl: string | null;
}

/** `refused`: the provider will not, in its own word. `unknown`: nobody can tell. */
export type OpenedPage =
  | { readonly outcome: 'opened'; readonly checkoutUrl: string; readonly customer: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unknown' };

/** Everything that a provider says of a customer's subscriptions at this moment. */
export type Snapshot = readonly Observed<ProviderObservation | ProviderRefund>[];

/**
 * Who collects subscriptions in our place. Called outside every unit of work. Never rejects and always answers
 * in bounded time: a fault or a late answer is `unknown`.
 */
export interface SubscriptionCollector {
  readonly name: string;
  open(page: OrderPage): Promise<OpenedPage>;
  /** Tells the provider what we want of a subscription. Again, and of one that is over, it changes nothing. */
  tell(subscription: string, wish: Wish): Promise<'done' | 'unknown'>;
  /** The provider's names of the charges that paid the invoices, by invoice, as far as it can tell. */
  chargesOf(invoices: readonly string[]): Promise<ReadonlyMap<string, string>>;
  snapshot(customer: string): Promise<Snapshot | 'unknown'>;
}
