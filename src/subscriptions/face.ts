import type { AccountActor } from '../kernel/actor.ts';
import type { DueWork, Swept } from '../kernel/due.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Answered, Idempotency } from '../kernel/once.ts';
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
  /** What the next term is to be bought on; null: the same. */
  readonly scheduled: Pick<Plan, 'id' | 'code' | 'name'> | null;
  readonly access: Access;
  /** Whole days until the end, rounded up; 0 when over, null while unpaid. */
  readonly daysLeft: number | null;
}

export interface CancelRequest {
  readonly actor: AccountActor;
  readonly when: 'period_end' | 'now';
}

export interface PauseRequest {
  readonly actor: AccountActor;
  /** Null: at the end of the period with automatic renewal, else now. */
  readonly when: 'now' | 'period_end' | null;
  readonly resumesAt: Instant | null;
}

export interface ChangeRequest {
  readonly actor: AccountActor;
  readonly planId: string;
}

export interface ChangeOrder extends ChangeRequest {
  readonly idempotency: Idempotency | undefined;
}

/** Whether resuming was all that was to be done, or the first term behind the pause is to be paid for. */
export type Resumed =
  | { readonly needsPayment: false; readonly subscription: SubscriptionDetails }
  | { readonly needsPayment: true };

export interface SubscriptionCommands {
  /** Ends the current subscription at its end, or now. Twice changes nothing. Refuses with `subscriptions.no-current`. */
  cancel(request: CancelRequest): Promise<SubscriptionDetails>;
  /**
   * Takes a pending cancellation and a pending pause back, both at once, or ends a pause: what was left runs
   * on. With nothing left it changes nothing and tells that it is to be bought (intent `resume`). Refuses with
   * `subscriptions.no-current`, `subscriptions.nothing-to-resume`, `subscriptions.collected-elsewhere`.
   */
  resume(request: { readonly actor: AccountActor }): Promise<Resumed>;
  /**
   * Pauses now, or at the end of the period. Again changes the date. Refuses with `subscriptions.no-current`,
   * `subscriptions.not-pausable`, `subscriptions.needs-auto-renew` (at the end of the period),
   * `subscriptions.resume-out-of-range`, `subscriptions.collected-elsewhere`.
   */
  pause(request: PauseRequest): Promise<SubscriptionDetails>;
  /**
   * Switches automatic renewal on or off; again changes nothing. Off also takes back what was to happen at
   * the end of the period (a pause, a change), and ends the retries of a debt: it expires with the grace. On
   * again, the debt is tried at once. Refuses with `subscriptions.no-current`, `subscriptions.collected-elsewhere`.
   */
  setAutoRenew(request: { readonly actor: AccountActor; readonly on: boolean }): Promise<SubscriptionDetails>;
  /**
   * Plans a change of plan for the end of the period; choosing the present plan withdraws it. Refuses with
   * `request.not-found`, `subscriptions.plan-unavailable`, `subscriptions.no-current`,
   * `subscriptions.not-changeable`, `subscriptions.same-plan`, `subscriptions.currency-differs`,
   * `subscriptions.needs-auto-renew`, `subscriptions.collected-elsewhere`, `idempotency.in-progress`,
   * `idempotency.other-request`.
   */
  scheduleChange(order: ChangeOrder): Promise<Answered<SubscriptionDetails>>;
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
  /** The subscription as `scheduleChange` would leave it. Refuses as that. */
  previewScheduledChange(request: ChangeRequest): Promise<SubscriptionDetails>;
  /** The account's history, newest first. */
  history(accountId: string, request: PageRequest): Promise<Page<HistoryEntry>>;
  /** The subscription as it stood at `at`, by the history; undefined when there was none. */
  asOf(accountId: string, at: Instant): Promise<SubscriptionDetails | undefined>;
  /** When something is next to be collected; undefined when nothing is by `until`. */
  nextCollectAt(until: Instant): Promise<Instant | undefined>;
  /** Those of the accounts that ever paid for, tried or scheduled a plan. */
  everSubscribed(accountIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface Subscriptions
  extends PlanCommands, PlanQuestions, SubscriptionCommands, SubscriptionQuestions {}
