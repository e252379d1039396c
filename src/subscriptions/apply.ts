import { boughtTerms } from './bought.ts';
import { changed, checkChange } from './change.ts';
import { decide, open } from './decide.ts';
import { payResumption, type Payment } from './pay.ts';
import type { PlanTerms } from './plan.ts';
import type { SubscriptionStores } from './ports.ts';
import { carried } from './prorate.ts';
import type { Purchase, Quote } from './purchase.ts';
import { inTheWay } from './quote.ts';
import { heldNow, notBefore, record, type Held, type RecordDeps } from './record.ts';
import { refusals } from './refusals.ts';
import type { Opening, SubscriptionEvent } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

export async function applyPurchase(
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
  if (held && inTheWay(held.state)) return carryOn(stores, deps, { held, terms: version.terms, purchase });
  // Only who paid by themselves gets a new one for the old that ended: the calendar collects for what is live.
  if (quote.kind === 'change' || quote.kind === 'collection' || quote.kind === 'resume')
    throw refusals.noCurrent();
  return begin(stores, deps, { held, terms: version.terms, purchase });
}

/** What carrying out a purchase needs to know beside the stores. */
interface Case {
  readonly terms: PlanTerms;
  readonly purchase: Purchase;
}

/** What goes on with a live subscription: the one that was quoted, or the money goes back. */
async function carryOn(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { held, terms, purchase }: Case & { readonly held: Held },
): Promise<Subscription> {
  const { quote, actor, paymentId } = purchase;
  if (quote.subscriptionId !== held.state.id) throw refusals.alreadyActive();
  const now = notBefore(purchase.now, held.state);
  const decided = await decisionOn(stores, deps, { held, terms, purchase: { ...purchase, now } });
  return record(stores, deps, { stored: held.stored, due: held.due, decided, actor, now, paymentId });
}

async function decisionOn(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { held, terms, purchase }: Case & { readonly held: Held },
): Promise<readonly SubscriptionEvent[]> {
  const { quote, now } = purchase;
  if (quote.kind === 'change') return decideChange(stores, deps, { held, terms, purchase });
  const { state } = held;
  const payment: Payment = {
    type: 'pay',
    by: quote.kind === 'collection' ? 'calendar' : 'payer',
    terms,
    minor: netOf(purchase),
    change: await switchTo(stores, state, quote),
    startsAt: null,
  };
  if (quote.kind === 'resume') return payResumption(state, payment, now);
  return decide(state, payment, { now, policy: deps.policy });
}

/** The plan that was quoted is the present one or, at the end of a period, the one that was scheduled. */
async function switchTo(
  stores: SubscriptionStores,
  state: Subscription,
  { planId, termsVersion }: Quote,
): Promise<Payment['change']> {
  const isQuoted = (ref: Pick<Quote, 'planId' | 'termsVersion'> | null): boolean =>
    ref?.planId === planId && ref.termsVersion === termsVersion;
  if (isQuoted(state)) return null;
  if (!isQuoted(state.scheduledChange)) throw refusals.changedMeanwhile();
  const { terms } = await boughtTerms(stores, state);
  return { to: { planId, termsVersion }, from: terms };
}

async function decideChange(
  stores: SubscriptionStores,
  { policy }: RecordDeps,
  { held, terms, purchase }: Case & { readonly held: Held },
): Promise<readonly SubscriptionEvent[]> {
  const { quote, nets, now } = purchase;
  const { change, charges, planId, termsVersion } = quote;
  const { state } = held;
  if (!change) throw new Error('a quoted change says what it changes');
  const most = policy.reminderDays.length;
  if (!(await onlyRemindedSince(stores, held, { version: change.fromVersion, most })))
    throw refusals.changedMeanwhile();
  const to = { planId, termsVersion };
  const present = await boughtTerms(stores, state);
  checkChange(state, { to, from: present.terms, terms });
  const { anchor, terms: count, endsAt } = change;
  const run = state.status === 'trialing' ? null : { anchor, terms: count, endsAt };
  const paid = charges.map(({ start, end, minor, carry = 0 }, index) => ({
    ...{ start, end, minor: nets?.[index] ?? minor },
    ...carried(carry),
  }));
  return [changed(state, to, { run, paid, now })];
}

/** Reminders change nothing that was quoted; anything else may. */
async function onlyRemindedSince(
  stores: SubscriptionStores,
  { stored, due, state }: Held,
  { version, most }: { readonly version: number; readonly most: number },
): Promise<boolean> {
  const missed = state.version - version;
  if (missed < 0 || missed > most || due.some(({ type }) => type !== 'end-neared')) return false;
  const written = stored.version - version;
  if (written <= 0) return true;
  const { items } = await stores.subscriptionHistory.list(stored.accountId, { limit: written });
  return items.every(({ type }) => type === 'end-neared');
}

const netOf = ({ nets, quote }: Purchase): number =>
  (nets ?? quote.charges.map(({ minor }) => minor)).reduce((sum, minor) => sum + minor, 0);

/** What waited for its payer begins; anything else begins anew, in the place of what waited. */
async function begin(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { held, terms, purchase }: Case & { readonly held: Held | undefined },
): Promise<Subscription> {
  const { accountId, quote, actor, paymentId } = purchase;
  const { policy } = deps;
  const now = notBefore(purchase.now, held?.state);
  const minor = netOf(purchase);
  const { startsAt } = quote;
  if (held && isAwaited(held.state, quote)) {
    const payment = { type: 'pay', by: 'payer', terms, minor, change: null, startsAt } as const;
    const decided = decide(held.state, payment, { now, policy });
    return record(stores, deps, { stored: held.stored, due: held.due, decided, actor, now, paymentId });
  }
  const previousEvents = held ? await supersede(stores, deps, { held, purchase: { ...purchase, now } }) : 0;
  if (quote.kind === 'trial') {
    if (await stores.trials.used(accountId)) throw refusals.trialUsed();
    await stores.trials.use(accountId, now);
  }
  const opening = openingOf(deps, { accountId, quote, previousEvents });
  const how =
    quote.kind === 'trial' ? ({ as: 'trial' } as const) : ({ as: 'paid', startsAt, minor } as const);
  const decided = [open(opening, how, { terms, now })];
  return record(stores, deps, { stored: null, due: [], decided, actor, now, paymentId });
}

/** Whether this purchase is what an incomplete subscription waits for: an account has one open at a time. */
const isAwaited = ({ status, planId, termsVersion }: Subscription, quote: Quote): boolean =>
  status === 'incomplete' &&
  (quote.kind === 'start' || quote.kind === 'scheduled') &&
  planId === quote.planId &&
  termsVersion === quote.termsVersion;

/** Ends what waited for its payer; answers how many events the account has had. */
export async function supersede(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { held, purchase }: { readonly held: Held; readonly purchase: Pick<Purchase, 'actor' | 'now'> },
): Promise<number> {
  const { actor, now } = purchase;
  const decided = decide(held.state, { type: 'supersede' }, { now, policy: deps.policy });
  const over = await record(stores, deps, { stored: held.stored, due: held.due, decided, actor, now });
  return over.version;
}

export const openingOf = (
  { ids }: Pick<RecordDeps, 'ids'>,
  of: {
    readonly accountId: string;
    readonly quote: Pick<Quote, 'planId' | 'termsVersion' | 'autoRenew'>;
    readonly previousEvents: number;
  },
): Opening => ({
  id: ids.next(),
  accountId: of.accountId,
  previousEvents: of.previousEvents,
  planId: of.quote.planId,
  termsVersion: of.quote.termsVersion,
  autoRenew: of.quote.autoRenew,
});
