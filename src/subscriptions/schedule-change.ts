import { boughtTerms, onSale } from './bought.ts';
import type { ChangeAtEnd } from './change.ts';
import type { SubscriptionStores } from './ports.ts';
import { refusals } from './refusals.ts';
import type { Subscription } from './subscription.ts';

/** The command that plans a change to a plan as it is sold today. */
export async function plannedChange(
  stores: Pick<SubscriptionStores, 'plans'>,
  current: Subscription | undefined,
  planId: string,
): Promise<ChangeAtEnd> {
  const plan = await stores.plans.find(planId);
  if (!plan) throw refusals.notFound();
  if (!current) throw refusals.noCurrent();
  const { terms, ref } = onSale(plan);
  const withdraws = current.scheduledChange !== null && current.planId === planId;
  if (!plan.isActive && !withdraws) throw refusals.planUnavailable();
  const { terms: from } = await boughtTerms(stores, current);
  return { type: 'schedule-change', to: ref, from, terms };
}
