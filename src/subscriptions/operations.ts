import type { Instant } from '../kernel/instant.ts';
import { applyPurchase } from './apply.ts';
import { abandonAwaited, awaitPayer } from './awaited.ts';
import { failCollection, quoteCollection } from './collect.ts';
import { detailsOf } from './details.ts';
import { cancelNow } from './end.ts';
import type { SubscriptionDetails } from './face.ts';
import { mirror } from './mirror.ts';
import type { Awaiting, FailedCollection, Mirroring, Target } from './orders.ts';
import type { SubscriptionStores } from './ports.ts';
import type { Purchase, PurchaseRequest, Quote } from './purchase.ts';
import { quotePurchase } from './quote.ts';
import type { RecordDeps } from './record.ts';
import type { Subscription } from './subscription.ts';

/** What a neighbour does with subscriptions inside its own unit of work. Nothing here opens one. */
export interface SubscriptionOperations {
  /**
   * Checks the rules and tells what a purchase would be; changes nothing. Refuses with `request.not-found`
   * (no such plan), `subscriptions.plan-unavailable`, `subscriptions.already-active`,
   * `subscriptions.renewal-too-early`, `subscriptions.no-current`, `subscriptions.not-renewable`,
   * `subscriptions.start-too-far`, `subscriptions.collected-elsewhere`; with `resume`
   * `subscriptions.nothing-to-resume`; with `change` `subscriptions.not-changeable`, `subscriptions.same-plan`,
   * `subscriptions.currency-differs`, `subscriptions.proration-date`.
   */
  quotePurchase(stores: SubscriptionStores, request: PurchaseRequest): Promise<Quote>;
  /**
   * What the calendar is to collect of a subscription at `now`: a renewal (kind `collection`) or the first
   * term behind a pause (`resume`); undefined when nothing is due (any more). Waits for the account's lock.
   */
  quoteCollection(
    stores: SubscriptionStores,
    due: { readonly subscriptionId: string; readonly now: Instant },
  ): Promise<Quote | undefined>;
  /**
   * Carries a quote out, once per payment, on the quoted terms. Refuses as `quotePurchase` when the facts
   * have changed since (and with `subscriptions.trial-used`): what was paid is then to be given back. A
   * renewal whose subscription ended meanwhile starts a new one: who paid gets what was paid for; a
   * collection then refuses with `subscriptions.no-current`. A change refuses with
   * `subscriptions.changed-meanwhile` when anything but a reminder happened since it was quoted.
   */
  applyPurchase(stores: SubscriptionStores, purchase: Purchase): Promise<Subscription>;
  /**
   * A collection was declined: past due with the next attempt's time, or expired behind the last one; a
   * pause that could not be paid goes on without a date. Nothing when nothing is due (any more).
   */
  failCollection(stores: SubscriptionStores, failed: FailedCollection): Promise<Subscription>;
  /**
   * Opens an `incomplete` subscription whose payer must act, in the place of an older one. Refuses with
   * `subscriptions.already-active` beside any other live one.
   */
  awaitPayer(stores: SubscriptionStores, awaiting: Awaiting): Promise<Subscription>;
  /** Ends an `incomplete` subscription now; nothing when it is not incomplete (any more). */
  abandonAwaited(stores: SubscriptionStores, awaited: Target): Promise<void>;
  /** Ends a live subscription now: its money went back, or a dispute was lost. Nothing when it is over. */
  cancelNow(stores: SubscriptionStores, target: Target): Promise<void>;
  /**
   * Brings a subscription that Stripe collects to what Stripe says of it; what is over stays over. Refuses
   * with `subscriptions.already-active` to begin one beside another live one.
   */
  mirror(stores: SubscriptionStores, mirroring: Mirroring): Promise<Subscription>;
  /** A subscription as it stands at `now`, with what was bought: the reply to a purchase. */
  describe(
    stores: SubscriptionStores,
    as: { readonly state: Subscription; readonly now: Instant },
  ): Promise<SubscriptionDetails>;
}

export const subscriptionOperations = (deps: RecordDeps): SubscriptionOperations => ({
  quotePurchase: (stores, request) => quotePurchase(stores, deps, request),
  quoteCollection: (stores, due) => quoteCollection(stores, deps, due),
  applyPurchase: (stores, purchase) => applyPurchase(stores, deps, purchase),
  failCollection: (stores, failed) => failCollection(stores, deps, failed),
  awaitPayer: (stores, awaiting) => awaitPayer(stores, deps, awaiting),
  abandonAwaited: (stores, awaited) => abandonAwaited(stores, deps, awaited),
  cancelNow: (stores, target) => cancelNow(stores, deps, target),
  mirror: (stores, mirroring) => mirror(stores, deps, mirroring),
  describe: (stores, as) => detailsOf(stores, deps, as),
});
