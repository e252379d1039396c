import type { Instant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { boughtTerms, type Bought } from './bought.ts';
import { nextTermIsDue, type Payment } from './pay.ts';
import type { SubscriptionStores } from './ports.ts';
import type { Charge, Quote } from './purchase.ts';
import type { Stretch } from './stretch.ts';
import type { Subscription } from './subscription.ts';

/** What a subscription's next term is bought on: what was scheduled, once the end is reached. */
export async function nextBought(
  stores: Pick<SubscriptionStores, 'plans'>,
  current: Subscription,
  now: Instant,
): Promise<{ readonly bought: Bought; readonly change: Payment['change'] }> {
  const present = await boughtTerms(stores, current);
  const { scheduledChange } = current;
  if (scheduledChange === null || !nextTermIsDue(current, now)) return { bought: present, change: null };
  return {
    bought: await boughtTerms(stores, scheduledChange),
    change: { to: scheduledChange, from: present.terms },
  };
}

/** The quote for stretches of a plan at their full amounts; a start, unless told otherwise. */
export function offerOf({ plan, terms, ref }: Bought, stretches: readonly Stretch[]): Quote {
  const charges = stretches.map((stretch): Charge => ({ ...stretch, planName: plan.name, prorated: false }));
  return {
    kind: 'start',
    ...ref,
    planName: plan.name,
    price: sumOf(charges, terms.price.currency),
    subscriptionId: null,
    startsAt: null,
    autoRenew: false,
    charges,
    credits: [],
    change: null,
  };
}

export const sumOf = (charges: readonly Stretch[], currency: string): Quote['price'] =>
  money(
    charges.reduce((sum, { minor }) => sum + minor, 0),
    currency,
  );
