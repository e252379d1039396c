import { after, DAY, later, type Instant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { onSale, type Bought } from './bought.ts';
import { decide } from './decide.ts';
import { nextBought, offerOf } from './offer.ts';
import { firstTerm, type Payment } from './pay.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionStores } from './ports.ts';
import type { PurchaseRequest, Quote } from './purchase.ts';
import { quoteChange } from './quote-change.ts';
import { quoteResumption } from './quote-resumption.ts';
import { heldNow, notBefore, type RecordDeps } from './record.ts';
import { refusals } from './refusals.ts';
import { isLive } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

export async function quotePurchase(
  stores: SubscriptionStores,
  deps: RecordDeps,
  request: PurchaseRequest,
): Promise<Quote> {
  const { policy } = deps;
  const { intent, now, planId } = request;
  const stored = await stores.subscriptions.newest(request.accountId);
  const held = stored && heldNow(stored, now, policy);
  const current = held && inTheWay(held.state) ? held.state : undefined;
  if (intent === 'renew' || intent === 'resume') {
    if (!current) throw refusals.noCurrent();
    if (intent === 'resume') return quoteResumption(stores, { current, now });
    return quoteRenewal(stores, policy, { current, now });
  }
  const plan = planId === null ? undefined : await stores.plans.find(planId);
  if (!plan) throw refusals.notFound();
  if (intent === 'change') return quoteChange(stores, policy, { current, plan, request });
  if (current) {
    if (intent === 'subscribe' || current.planId !== plan.id) throw refusals.alreadyActive();
    return quoteRenewal(stores, policy, { current, now });
  }
  if (!plan.isActive) throw refusals.planUnavailable();
  return quoteStart(stores, policy, { bought: onSale(plan), request });
}

/** A purchase that waits for its payer is superseded by the next; everything else live stands in the way. */
export const inTheWay = ({ status }: Subscription): boolean => isLive(status) && status !== 'incomplete';

/** A further term of the current subscription, by whoever pays; refuses what `decide` does. */
export async function quoteTerm(
  stores: Pick<SubscriptionStores, 'plans'>,
  policy: SubscriptionPolicy,
  { current, now, by }: { readonly current: Subscription; readonly now: Instant; readonly by: Payment['by'] },
): Promise<Quote> {
  const { bought, change } = await nextBought(stores, current, now);
  const { terms } = bought;
  const payment: Payment = { type: 'pay', by, terms, minor: terms.price.minor, change, startsAt: null };
  const events = decide(current, payment, { now: notBefore(now, current), policy });
  const charges = events.flatMap((event) => ('paid' in event ? [event.paid.stretch] : []));
  return {
    ...offerOf(bought, charges),
    kind: by === 'calendar' ? 'collection' : 'renewal',
    subscriptionId: current.id,
    autoRenew: current.autoRenew,
  };
}

const quoteRenewal = (
  stores: SubscriptionStores,
  policy: SubscriptionPolicy,
  { current, now }: { readonly current: Subscription; readonly now: Instant },
): Promise<Quote> => quoteTerm(stores, policy, { current, now, by: 'payer' });

async function quoteStart(
  { trials }: SubscriptionStores,
  { scheduleAheadDays }: SubscriptionPolicy,
  { bought, request }: { readonly bought: Bought; readonly request: PurchaseRequest },
): Promise<Quote> {
  const { intent, now, startsAt } = request;
  const { terms } = bought;
  const start = later(now, (intent === 'subscribe' ? startsAt : null) ?? now);
  const { stretch } = firstTerm(start, terms, terms.price.minor);
  const offer = offerOf(bought, [stretch]);
  if (intent !== 'subscribe') return offer;
  const { autoRenew } = request;
  if (start > now) {
    const latest = after(now, scheduleAheadDays * DAY);
    if (start > latest) throw refusals.startTooFar(latest);
    return { ...offer, kind: 'scheduled', startsAt: start, autoRenew };
  }
  const offersTrial = terms.trialDays > 0 && terms.price.minor > 0;
  if (!offersTrial || (await trials.used(request.accountId))) return { ...offer, autoRenew };
  return { ...offer, kind: 'trial', price: money(0, offer.price.currency), charges: [], autoRenew };
}
