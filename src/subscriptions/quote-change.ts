import { before, HOUR, later, type Instant } from '../kernel/instant.ts';
import { boughtTerms, onSale } from './bought.ts';
import { checkChange, reckonChange } from './change.ts';
import type { Plan } from './plan.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionStores } from './ports.ts';
import type { PurchaseRequest, Quote } from './purchase.ts';
import { offerOf, sumOf } from './offer.ts';
import { notBefore } from './record.ts';
import { refusals } from './refusals.ts';
import type { Subscription } from './subscription.ts';

/** What a change of plan now costs, reckoned at the instant that a preview told, or now. */
export async function quoteChange(
  stores: SubscriptionStores,
  policy: SubscriptionPolicy,
  {
    current,
    plan,
    request,
  }: {
    readonly current: Subscription | undefined;
    readonly plan: Plan;
    readonly request: PurchaseRequest;
  },
): Promise<Quote> {
  if (!current) throw refusals.noCurrent();
  const present = await boughtTerms(stores, current);
  const next = onSale(plan);
  const terms = { from: present.terms, terms: next.terms };
  checkChange(current, { to: next.ref, ...terms });
  if (!plan.isActive) throw refusals.planUnavailable();
  const at = reckonedAt(current, request, policy);
  const { charges, credits, run } = reckonChange(current, terms, { at, proration: request.proration });
  const named = charges.map((charge) => ({ ...charge, planName: plan.name }));
  return {
    ...offerOf(next, []),
    kind: 'change',
    price: sumOf(charges, next.terms.price.currency),
    subscriptionId: current.id,
    autoRenew: current.autoRenew,
    charges: named,
    credits: credits.map((credit) => ({ ...credit, planName: present.plan.name })),
    change: {
      at,
      fromVersion: current.version,
      // Of a trial only the plan changes: there is no run to speak of.
      ...(run ?? { anchor: at, terms: 0, endsAt: current.endsAt ?? at }),
    },
  };
}

/** A preview holds for a while, unless something happened to the subscription since. */
function reckonedAt(
  current: Subscription,
  { prorationDate, now }: PurchaseRequest,
  { previewHours }: SubscriptionPolicy,
): Instant {
  const latest = notBefore(now, current);
  if (prorationDate === null) return latest;
  const earliest = later(before(latest, previewHours * HOUR), current.changedAt);
  if (prorationDate < earliest || prorationDate > latest) throw refusals.prorationDate({ earliest, latest });
  return prorationDate;
}
