import {
  planCommands,
  planQuestions,
  type ManagePlansDeps,
  type PlanCommands,
  type PlanQuestions,
} from './manage-plans.ts';

export type { Plan, PlanChanges, PlanDraft, PlanFeature, PlanTerms, Validity } from './plan.ts';
export { heightOf, RESOLUTIONS, type Resolution } from './plan.ts';
export type { PlanStore, SubscriptionStores } from './ports.ts';
export { refusals as subscriptionRefusals } from './refusals.ts';

export interface Subscriptions extends PlanCommands, PlanQuestions {}

export const createSubscriptions = (deps: ManagePlansDeps): Subscriptions => ({
  ...planCommands(deps),
  ...planQuestions(deps),
});
