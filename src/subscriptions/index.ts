import { subscriptionQuestions } from './ask-subscriptions.ts';
import type { Subscriptions } from './face.ts';
import { planCommands, planQuestions, type ManagePlansDeps, type PlanQuestionsDeps } from './manage-plans.ts';
import { subscriptionCommands } from './manage-subscriptions.ts';
import type { SubscriptionPolicy } from './policy.ts';

export type { Plan, PlanChanges, PlanDraft, PlanFeature, PlanTerms, Validity } from './plan.ts';
export { heightOf, RESOLUTIONS, type Resolution } from './plan.ts';
export { PLAN_LIMITS } from './plan-rules.ts';
export type { Access, PlanGrant } from './access.ts';
export type { Term } from './term.ts';
export type {
  CancelRequest,
  SubscriptionCommands,
  SubscriptionDetails,
  SubscriptionQuestions,
  Subscriptions,
} from './face.ts';
export type { SubscriptionNews } from './events.ts';
export type { HistoryEntry, Snapshot } from './history.ts';
export {
  subscriptionOperations,
  type Purchase,
  type PurchaseIntent,
  type PurchaseRequest,
  type Quote,
  type SubscriptionOperations,
} from './operations.ts';
export type {
  AccessRecord,
  PlanStore,
  SubscriptionHistoryStore,
  SubscriptionStore,
  SubscriptionStores,
  TrialStore,
} from './ports.ts';
export { subscriptionPolicy, type SubscriptionPolicy } from './policy.ts';
export { refusals as subscriptionRefusals } from './refusals.ts';
export type { Subscription } from './subscription.ts';
export {
  isLive,
  SUBSCRIPTION_STATUSES,
  subscriptionLifecycle,
  type SubscriptionStatus,
} from './subscription-lifecycle.ts';

export interface SubscriptionsDeps extends ManagePlansDeps, PlanQuestionsDeps {
  readonly policy: SubscriptionPolicy;
}

export const createSubscriptions = (deps: SubscriptionsDeps): Subscriptions => ({
  ...planCommands(deps),
  ...planQuestions(deps),
  ...subscriptionCommands(deps),
  ...subscriptionQuestions(deps),
});
