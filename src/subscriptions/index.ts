import type { SubscriptionOperations } from './operations.ts';
import { planCommands, planQuestions, type ManagePlansDeps } from './manage-plans.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { Subscriptions } from './face.ts';

export type { Plan, PlanChanges, PlanDraft, PlanFeature, PlanTerms, Validity } from './plan.ts';
export { heightOf, RESOLUTIONS, type Resolution } from './plan.ts';
export type { Access, PlanGrant, Term } from './access.ts';
export type {
  CancelRequest,
  SubscriptionCommands,
  SubscriptionDetails,
  SubscriptionQuestions,
  Subscriptions,
} from './face.ts';
export type { HistoryEntry, Snapshot } from './history.ts';
export type { Purchase, PurchaseIntent, PurchaseRequest, Quote, SubscriptionOperations } from './operations.ts';
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
export { isLive, subscriptionLifecycle, type SubscriptionStatus } from './subscription-lifecycle.ts';

export interface SubscriptionsDeps extends ManagePlansDeps {
  readonly policy: SubscriptionPolicy;
}

export declare const createSubscriptions: (deps: SubscriptionsDeps) => Subscriptions;
/** For `billing`, which buys inside its own unit of work. */
export declare const subscriptionOperations: (
  deps: Pick<SubscriptionsDeps, 'ids' | 'policy'>,
) => SubscriptionOperations;
