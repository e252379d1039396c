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
  ChangeRequest,
  PauseRequest,
  Resumed,
  SubscriptionCommands,
  SubscriptionDetails,
  SubscriptionQuestions,
  Subscriptions,
} from './face.ts';
export type { SubscriptionNews } from './events.ts';
export type { HistoryEntry, Snapshot } from './history.ts';
export { subscriptionOperations, type SubscriptionOperations } from './operations.ts';
export type { Awaiting, FailedCollection, Mirroring, Target } from './orders.ts';
export type {
  Charge,
  Credit,
  Proration,
  Purchase,
  PurchaseIntent,
  PurchaseRequest,
  Quote,
  QuotedChange,
  QuoteKind,
} from './purchase.ts';
export { collectAt } from './collection.ts';
export type { Stretch } from './stretch.ts';
export type { Mirrored, PlanRef } from './subscription-events.ts';
export type {
  AccessRecord,
  DueTimes,
  PlanStore,
  SubscriptionHistoryStore,
  SubscriptionStore,
  SubscriptionStores,
  TrialStore,
} from './ports.ts';
export { subscriptionPolicy, type SubscriptionPolicy } from './policy.ts';
export { refusals as subscriptionRefusals } from './refusals.ts';
export type { Collector, Subscription } from './subscription.ts';
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
