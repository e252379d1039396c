import type { Plan, PlanTerms } from './plan.ts';
import type { SubscriptionStores } from './ports.ts';
import type { PlanRef } from './subscription-events.ts';

/** A plan, and those of its terms that somebody bought, or is about to. */
export interface Bought {
  readonly plan: Plan;
  readonly terms: PlanTerms;
  readonly ref: PlanRef;
}

/** The terms that a subscription names: plans that were ever bought are never removed. */
export async function boughtTerms(
  { plans }: Pick<SubscriptionStores, 'plans'>,
  { planId, termsVersion }: PlanRef,
): Promise<Bought> {
  const plan = await plans.find(planId);
  const version = await plans.findVersion(planId, termsVersion);
  if (!plan || !version) throw new Error(`plan ${planId}, terms ${termsVersion}, is lost`);
  return { plan, terms: version.terms, ref: { planId, termsVersion } };
}

/** A plan as it is sold today. */
export const onSale = (plan: Plan): Bought => ({
  plan,
  terms: plan.terms,
  ref: { planId: plan.id, termsVersion: plan.termsVersion },
});
