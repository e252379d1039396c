import type { Actor } from '../kernel/actor.ts';
import { after, DAY, type Instant } from '../kernel/instant.ts';
import { money, type Money } from '../kernel/money.ts';
import { decide, open } from './decide.ts';
import { detailsOf } from './details.ts';
import type { SubscriptionDetails } from './face.ts';
import type { Plan, PlanTerms } from './plan.ts';
import type { SubscriptionStores } from './ports.ts';
import { heldNow, notBefore, record, type Held, type RecordDeps } from './record.ts';
import { refusals } from './refusals.ts';
import { isLive } from './subscription-lifecycle.ts';
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
   * Carries a quote out, once per payment, on the quoted terms. Refuses as `quotePurchase` when the facts
   * have changed since (and with `subscriptions.trial-used`): what was paid is then to be given back. A
   * renewal whose subscription ended meanwhile starts a new one: who paid gets what was paid for.
   */
  applyPurchase(stores: SubscriptionStores, purchase: Purchase): Promise<Subscription>;
  /** A subscription as it stands at `now`, with what was bought: the reply to a purchase. */
  describe(
    stores: SubscriptionStores,
    as: { readonly state: Subscription; readonly now: Instant },
  ): Promise<SubscriptionDetails>;
}

export const subscriptionOperations = (deps: RecordDeps): SubscriptionOperations => ({
  quotePurchase: (stores, request) => quotePurchase(stores, deps, request),
  applyPurchase: (stores, purchase) => applyPurchase(stores, deps, purchase),
  describe: (stores, as) => detailsOf(stores, deps, as),
});

async function quotePurchase(
  stores: SubscriptionStores,
  { policy }: RecordDeps,
  request: PurchaseRequest,
): Promise<Quote> {
  const stored = await stores.subscriptions.newest(request.accountId);
  const held = stored && heldNow(stored, request.now, policy);
  const current = held && inTheWay(held.state) ? held.state : undefined;
  if (request.intent === 'renew') {
    if (!current) throw refusals.noCurrent();
    return quoteRenewal(stores, policy, { current, now: request.now });
  }
  const plan = request.planId === null ? undefined : await stores.plans.find(request.planId);
  if (!plan) throw refusals.notFound();
  if (current) {
    if (request.intent === 'subscribe' || current.planId !== plan.id) throw refusals.alreadyActive();
    return quoteRenewal(stores, policy, { current, now: request.now });
  }
  if (!plan.isActive) throw refusals.planUnavailable();
  return quoteStart(stores, policy, { plan, request });
}

/** A purchase that waits for its payer is superseded by the next; everything else live stands in the way. */
const inTheWay = ({ status }: Subscription): boolean => isLive(status) && status !== 'incomplete';

async function quoteRenewal(
  { plans }: SubscriptionStores,
  policy: RecordDeps['policy'],
  { current, now }: { readonly current: Subscription; readonly now: Instant },
): Promise<Quote> {
  const plan = await plans.find(current.planId);
  const version = await plans.findVersion(current.planId, current.termsVersion);
  if (!plan || !version) throw new Error(`subscription ${current.id} has lost its plan`);
  decide(current, { type: 'pay', terms: version.terms }, { now: notBefore(now, current), policy });
  return {
    ...offerOf(plan, version.terms, current.termsVersion),
    kind: 'renewal',
    subscriptionId: current.id,
  };
}

async function quoteStart(
  { trials }: SubscriptionStores,
  { scheduleAheadDays }: RecordDeps['policy'],
  { plan, request }: { readonly plan: Plan; readonly request: PurchaseRequest },
): Promise<Quote> {
  const { intent, now, startsAt } = request;
  const offer = offerOf(plan, plan.terms, plan.termsVersion);
  if (intent !== 'subscribe') return offer;
  if (startsAt !== null && startsAt > now) {
    const latest = after(now, scheduleAheadDays * DAY);
    if (startsAt > latest) throw refusals.startTooFar(latest);
    return { ...offer, kind: 'scheduled', startsAt };
  }
  const offersTrial = plan.terms.trialDays > 0 && plan.terms.price.minor > 0;
  if (!offersTrial || (await trials.used(request.accountId))) return offer;
  return { ...offer, kind: 'trial', price: money(0, offer.price.currency) };
}

const offerOf = (plan: Plan, terms: PlanTerms, termsVersion: number): Quote => ({
  kind: 'start',
  planId: plan.id,
  planName: plan.name,
  termsVersion,
  price: terms.price,
  subscriptionId: null,
  startsAt: null,
});

async function applyPurchase(
  stores: SubscriptionStores,
  deps: RecordDeps,
  purchase: Purchase,
): Promise<Subscription> {
  const { accountId, quote, paymentId } = purchase;
  await stores.lock(accountId);
  const carriedOut =
    paymentId === null ? undefined : await stores.subscriptionHistory.findByPayment(paymentId);
  const known = carriedOut && (await stores.subscriptions.find(carriedOut.subscriptionId));
  if (known) return known;
  // Held, so that an admin cannot delete the plan while it is being bought.
  const plan = await stores.plans.hold(quote.planId);
  const version = plan && (await stores.plans.findVersion(quote.planId, quote.termsVersion));
  if (!version) throw refusals.planUnavailable();
  const stored = await stores.subscriptions.newest(accountId);
  const held = stored && heldNow(stored, purchase.now, deps.policy);
  if (held && inTheWay(held.state)) return prolong(stores, deps, { held, terms: version.terms, purchase });
  return begin(stores, deps, { held, terms: version.terms, purchase });
}

/** What carrying out a purchase needs to know beside the stores. */
interface Case {
  readonly terms: PlanTerms;
  readonly purchase: Purchase;
}

async function prolong(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { held, terms, purchase }: Case & { readonly held: Held },
): Promise<Subscription> {
  const { quote, actor, paymentId } = purchase;
  if (quote.kind !== 'renewal' || quote.subscriptionId !== held.state.id) throw refusals.alreadyActive();
  const now = notBefore(purchase.now, held.state);
  const decided = decide(held.state, { type: 'pay', terms }, { now, policy: deps.policy });
  return record(stores, deps, { stored: held.stored, due: held.due, decided, actor, now, paymentId });
}

async function begin(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { held, terms, purchase }: Case & { readonly held: Held | undefined },
): Promise<Subscription> {
  const { accountId, quote, actor, paymentId } = purchase;
  const now = notBefore(purchase.now, held?.state);
  let previousEvents = 0;
  if (held) {
    const decided = decide(held.state, { type: 'supersede' }, { now, policy: deps.policy });
    const over = await record(stores, deps, { stored: held.stored, due: held.due, decided, actor, now });
    previousEvents = over.version;
  }
  if (quote.kind === 'trial') {
    if (await stores.trials.used(accountId)) throw refusals.trialUsed();
    await stores.trials.use(accountId, now);
  }
  const opening = {
    id: deps.ids.next(),
    accountId,
    previousEvents,
    planId: quote.planId,
    termsVersion: quote.termsVersion,
  };
  const how =
    quote.kind === 'trial' ? ({ as: 'trial' } as const) : ({ as: 'paid', startsAt: quote.startsAt } as const);
  const decided = [open(opening, how, { terms, now })];
  return record(stores, deps, { stored: null, due: [], decided, actor, now, paymentId });
}
