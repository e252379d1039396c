import type { AccountActor } from '../kernel/actor.ts';
import type { DueWork, Swept } from '../kernel/due.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Access } from './access.ts';
import type { HistoryEntry } from './history.ts';
import type { PlanCommands, PlanQuestions } from './manage-plans.ts';
import type { Plan, PlanTerms } from './plan.ts';
import type { Subscription } from './subscription.ts';

/** A subscription as it stands now, with what was bought. */
export interface SubscriptionDetails {
  readonly subscription: Subscription;
  readonly plan: Pick<Plan, 'id' | 'code' | 'name' | 'description'>;
  readonly terms: PlanTerms;
  readonly access: Access;
  /** Whole days until the end, rounded up; 0 when over, null while unpaid. */
  readonly daysLeft: number | null;
}

export interface CancelRequest {
  readonly actor: AccountActor;
  readonly when: 'period_end' | 'now';
}

export interface SubscriptionCommands {
  /** Ends the current subscription at its end, or now. Twice changes nothing. Refuses with `subscriptions.no-current`. */
  cancel(request: CancelRequest): Promise<SubscriptionDetails>;
  /** Takes a pending cancellation back. Refuses with `subscriptions.no-current`, `subscriptions.nothing-to-resume`. */
  resume(request: { readonly actor: AccountActor }): Promise<SubscriptionDetails>;
  /** Ends now whatever a deleted account still has. */
  cancelForDeletedAccount(accountId: string): Promise<void>;
  /** Writes down what fell due (starts, ends, reminders) for at most `limit` subscriptions, with their events. */
  advanceDue(limit: number): Promise<Swept>;
}

export interface SubscriptionQuestions extends DueWork {
  /** The account's subscription as of now, the last one when it is over; undefined when there never was one. */
  current(accountId: string): Promise<SubscriptionDetails | undefined>;
  /** What each account may have now, in the order asked, by one query. For batching. */
  accessOf(accountIds: readonly string[]): Promise<readonly Access[]>;
  /** The account's history, newest first. */
  history(accountId: string, request: PageRequest): Promise<Page<HistoryEntry>>;
  /** The subscription as it stood at `at`, by the history; undefined when there was none. */
  asOf(accountId: string, at: Instant): Promise<SubscriptionDetails | undefined>;
  /** Those of the accounts that ever paid for, tried or scheduled a plan. */
  everSubscribed(accountIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface Subscriptions
  extends PlanCommands, PlanQuestions, SubscriptionCommands, SubscriptionQuestions {}
