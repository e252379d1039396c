import type { Locks } from '../kernel/unit-of-work.ts';
import type { IdempotencyStore } from '../kernel/once.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Instant } from '../kernel/instant.ts';
import type { HistoryEntry } from './history.ts';
import type { Plan, PlanTerms, PlanVersion } from './plan.ts';
import type { Subscription } from './subscription.ts';

/** When a subscription is next to be looked at, by whom; null: never. */
export interface DueTimes {
  /** By the calendar: see `nextDue`. */
  readonly dueAt: Instant | null;
  /** By whoever collects: see `collectAt`. */
  readonly collectAt: Instant | null;
}

export interface PlanStore {
  find(id: string): Promise<Plan | undefined>;
  findByCode(code: string): Promise<Plan | undefined>;
  /** Plans by price, then id; retired ones only when asked for. */
  list(request: PageRequest, options: { readonly withRetired: boolean }): Promise<Page<Plan>>;
  /** Stores a new plan; a code that another plan has is a lost race. */
  add(plan: Plan): Promise<void>;
  /** Stores a plan whose `version` is one above the stored one; any other is a lost race. */
  save(plan: Plan): Promise<void>;
  /** The plan, which somebody is about to have, or to have had: from then on it is never removed. */
  hold(id: string): Promise<Plan | undefined>;
  /** Removes the plan and its versions, unless it was ever held, or a subscription is on it: then false. */
  removeUnbought(id: string): Promise<boolean>;
  /** Keeps an immutable version; one that exists already is a lost race. */
  addVersion(version: PlanVersion): Promise<void>;
  findVersion(planId: string, termsVersion: number): Promise<PlanVersion | undefined>;
}

/** What the hot read of access needs: an account's newest subscription and the terms it was bought on. */
export interface AccessRecord {
  readonly subscription: Subscription;
  readonly terms: PlanTerms;
}

export interface SubscriptionStore {
  find(id: string): Promise<Subscription | undefined>;
  /** The account's subscription with the greatest version, live or over. */
  newest(accountId: string): Promise<Subscription | undefined>;
  /** Stores a new subscription; a second live one of the account is a lost race. */
  add(subscription: Subscription, times: DueTimes): Promise<void>;
  /** Stores the next state, whose `version` lies above the stored `from`; any other stored one is a lost race. */
  save(subscription: Subscription, stored: DueTimes & { readonly from: number }): Promise<void>;
  /** The newest subscription of each of the accounts that has one, with its terms. */
  accessRecords(accountIds: readonly string[]): Promise<readonly AccessRecord[]>;
  /** At most `limit` subscriptions whose due time is not after `now`, the longest due first, locked where rows can be. */
  due(now: Instant, limit: number): Promise<readonly Subscription[]>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
  /** At most `limit` subscriptions of which something is to be collected at `now`, the longest due first. Locks nothing. */
  collectable(now: Instant, limit: number): Promise<readonly Subscription[]>;
  /**
   * Has a collection that is due looked at again at `at`, and not before: unless the subscription changes
   * first. Nothing when nothing is to be collected.
   */
  putOffCollection(id: string, at: Instant): Promise<void>;
  nextCollectAt(until: Instant): Promise<Instant | undefined>;
  /** Those of the accounts that have a subscription on which anything was ever given. */
  subscribers(accountIds: readonly string[]): Promise<readonly string[]>;
}

/** The append-only history. */
export interface SubscriptionHistoryStore {
  /** Appends; a `seq` that the account has, or a payment carried out before, is a lost race. */
  append(entries: readonly HistoryEntry[]): Promise<void>;
  /** The account's entries, newest first. */
  list(accountId: string, request: PageRequest): Promise<Page<HistoryEntry>>;
  /** The entries that held by `at`, of the subscription that the last of them belongs to, oldest first. */
  until(accountId: string, at: Instant): Promise<readonly HistoryEntry[]>;
  findByPayment(paymentId: string): Promise<HistoryEntry | undefined>;
}

/** Who had their one trial. */
export interface TrialStore {
  used(accountId: string): Promise<boolean>;
  /** Uses the trial up; a second time is a lost race. */
  use(accountId: string, at: Instant): Promise<void>;
}

export interface SubscriptionStores extends Locks {
  readonly plans: PlanStore;
  readonly subscriptions: SubscriptionStore;
  readonly subscriptionHistory: SubscriptionHistoryStore;
  readonly trials: TrialStore;
  readonly idempotency: IdempotencyStore;
  readonly outbox: Outbox;
}
