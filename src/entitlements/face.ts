import type { Actor } from '../kernel/actor.ts';
import type { DueWork, Swept } from '../kernel/due.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Answered, Idempotency } from '../kernel/once.ts';
import type { Entitlement, Standing } from './feature.ts';
import type { Grant, NewGrant } from './grant.ts';
import type { OverageReading } from './overage.ts';
import type { Reservation } from './reservation.ts';
import type { Asked } from './standpoints.ts';
import type { Usage } from './usage.ts';

export interface Consumption extends Asked {
  /** Whole units, at least 1. */
  readonly amount: number;
  readonly idempotency?: Idempotency | undefined;
}

/**
 * What became of one consumption of a batch: a refused one fails alone. Any other error than a `DomainError` says that
 * nobody knows, while others of the batch are stored.
 */
export type UsageOutcome = Answered<Usage> | Error;

export interface ReserveRequest extends Consumption {
  /** How long the units are held; null: as long as the policy says. */
  readonly seconds: number | null;
}

export interface ReservationEnd {
  readonly reservationId: string;
  /** Units that were really used; null: all that were reserved. */
  readonly amount: number | null;
  /** Whose it must be, and set aside by itself; null: anybody's. */
  readonly accountId: string | null;
}

export interface GrantRequest extends NewGrant {
  readonly actor: Actor;
  readonly idempotency?: Idempotency | undefined;
}

export interface UsageCommands {
  /**
   * Uses units up, all of them or none; durable when it answers, and once per Idempotency-Key. Refuses with
   * `entitlements.not-a-meter`, `entitlements.not-in-plan`, `entitlements.rate-exceeded`,
   * `entitlements.amount-exceeds-rate`, `entitlements.limit-reached`, `request.not-found` (on behalf of nobody), `idempotency.other-request`.
   */
  consume(use: Consumption): Promise<Answered<Usage>>;
  /** The same where the plan has the meter; where it has none nothing is used, and the answer is null. */
  consumeIfInPlan(use: Consumption): Promise<Answered<Usage> | null>;
  /** Uses of one moment, together; outcomes in their order. */
  recordUsage(uses: readonly Consumption[]): Promise<readonly UsageOutcome[]>;
}

export interface ReservationCommands extends DueWork {
  /** Sets units aside for work under way. Refuses as `consume`. */
  reserve(request: ReserveRequest): Promise<Answered<Reservation>>;
  /**
   * Turns a reservation, or the first units of it, into use; the rest goes back. Again with the same amount changes
   * nothing. Refuses with `request.not-found`, `entitlements.commits-too-much`, `entitlements.reservation-closed`,
   * `entitlements.reservation-expired`.
   */
  commit(end: ReservationEnd): Promise<Reservation>;
  /** Gives a reservation back. Again changes nothing. Refuses as `commit`. */
  release(end: Omit<ReservationEnd, 'amount'>): Promise<Reservation>;
  /** Writes down which reservations lapsed, of at most `limit` meters. No rule waits for it. */
  expireReservations(limit: number): Promise<Swept>;
}

export interface GrantCommands {
  /**
   * Gives an account units beside its plan. Refuses with `request.not-found`, `entitlements.not-a-meter`,
   * `entitlements.grant-expired`, `entitlements.too-many-grants`.
   */
  grant(request: GrantRequest): Promise<Answered<Grant>>;
}

/** One source that feeds a feature, as it stood. */
export interface ExplainedGrant {
  readonly source: 'plan' | 'free_policy' | 'rollover' | Grant['source'];
  readonly id: string | null;
  readonly limit: number | null;
  readonly used: number | null;
  readonly remaining: number | null;
  /** What is burnt first: the lowest. */
  readonly priority: number | null;
  readonly expiresAt: Instant | null;
}

/** Why a feature is allowed or not: the chain from the plan's version over its grants and their use to the verdict. */
export interface Explanation {
  readonly asOf: Instant;
  readonly plan: { readonly id: string; readonly name: string | null; readonly version: number } | null;
  readonly period: { readonly start: Instant; readonly end: Instant | null } | null;
  readonly grants: readonly ExplainedGrant[];
  readonly verdict: Entitlement;
}

export interface EntitlementQuestions {
  /** Level, seats and picture height of an account at this moment. */
  standing(accountId: string): Promise<Standing>;
  /** The same for many accounts, by one question, in the order asked. */
  standings(accountIds: readonly string[]): Promise<readonly Standing[]>;
  list(accountId: string): Promise<readonly Entitlement[]>;
  /** One feature; what nothing grants is denied with a reason, not refused. */
  one(accountId: string, feature: string): Promise<Entitlement>;
  /**
   * Whether so many units may be used, asked on behalf of an account. One that is suspended is denied; one that does
   * not exist is refused with `request.not-found`.
   */
  check(asked: {
    readonly accountId: string;
    readonly feature: string;
    readonly amount?: number;
  }): Promise<Entitlement>;
  explain(accountId: string, feature: string, asOf: Instant | null): Promise<Explanation>;
  /** Limits by feature (-1 unlimited), and what was used of the meters. */
  limitsOf(accountId: string): Promise<{
    readonly limits: Readonly<Record<string, number>>;
    readonly usage: Readonly<Record<string, number>>;
  }>;
  /** Every meter that feeds the account now. */
  usage(accountId: string): Promise<readonly Usage[]>;
  /** All that the account was given beside its plans, the oldest first; what lapsed long ago is gone. */
  grantsOf(accountId: string): Promise<readonly Grant[]>;
  /** What was ever used over limits that have a price. */
  overageOf(accountId: string): Promise<readonly OverageReading[]>;
}

export interface PlanFollower {
  /**
   * Makes the account's meters that roll over begin with their plan, or notes that it has changed: else nothing would
   * be known of the time before their first unit. No rule but that waits for it. Again changes nothing that counts.
   */
  followPlan(accountId: string): Promise<void>;
}

export interface Entitlements
  extends UsageCommands, ReservationCommands, GrantCommands, PlanFollower, EntitlementQuestions {
  /**
   * Removes what is older than the policy keeps: lines of the logs but for what they tell since, reservations that
   * ended, grants that lapsed.
   */
  tidy(limit: number): Promise<Swept>;
  /** Forgets what an erased account used and was given, batch by batch. Again changes nothing. */
  eraseAccount(accountId: string): Promise<void>;
}
