import { group, batchedRead } from '../../adapters/persistence/group.ts';
import { randomIds } from '../../adapters/security/random-ids.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import { after, DAY, instant, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import {
  createEntitlements,
  entitlementPolicy,
  type AccountFacts,
  type EntitlementPolicy,
  type Entitlements,
  type EntitlementStores,
  type Granted,
  type HeldPlan,
  type PlanAccess,
} from '../../src/entitlements/index.ts';
import type { Meter, MeterTerms } from '../../src/entitlements/meter.ts';
import type { Grant } from '../../src/entitlements/grant.ts';

/** Entitlements on whatever stores a test opened, with plans that can be changed by a word, and a clock. */

/** Noon of a day that the next month does not have. */
export const NOON = instant(Date.UTC(2026, 0, 31, 12));

export const ids = randomIds();

export const operator: Actor = {
  kind: 'account',
  accountId: ids.next(),
  sessionId: 'session',
  isAdmin: true,
};

/** A meter of a plan: 1,000 a month, unless the test says otherwise. */
export const metered = (changes: Partial<Granted> = {}): Granted => ({
  feature: 'api_calls',
  kind: 'meter',
  limit: 1_000,
  per: 'month',
  overage: 'block',
  overagePrice: null,
  rollover: null,
  rate: null,
  ...changes,
});

export const feature = (name: string, kind: 'flag' | 'limit', limit: number | null = null): Granted =>
  metered({ feature: name, kind, limit, per: null, overage: null });

/** What a plan of 30 days says of a meter, bought at noon. */
export const termsOf = (granted: Granted | null, changes: Partial<MeterTerms> = {}): MeterTerms => ({
  granted,
  reason: null,
  subscriptionId: 'a subscription',
  planVersion: 'plan 2',
  pausedMs: 0,
  isPaid: true,
  since: NOON,
  anchor: NOON,
  term: { start: NOON, end: after(NOON, 30 * DAY) },
  ...changes,
});

/** A meter at the beginning of its first month. */
export const meter = (changes: Partial<Meter> = {}): Meter => ({
  accountId: 'somebody',
  feature: 'api_calls',
  periodStart: NOON,
  periodEnd: instant(Date.UTC(2026, 1, 28, 12)),
  turn: 0,
  per: 'month',
  subscriptionId: 'a subscription',
  planVersion: 'plan 2',
  pausedMs: 0,
  allowance: 1_000,
  used: 0,
  over: 0,
  lots: [],
  shelved: {},
  rateSince: null,
  rateUsed: 0,
  lapsesAt: null,
  movedAt: NOON,
  version: 1,
  ...changes,
});

export const gift = (changes: Partial<Grant> = {}): Grant => ({
  id: ids.next(),
  accountId: 'somebody',
  feature: 'api_calls',
  source: 'gift',
  amount: 100,
  used: 0,
  priority: 100,
  expiresAt: null,
  createdAt: NOON,
  createdBy: 'system:test',
  version: 1,
  ...changes,
});

export const heldPlan = (features: readonly Granted[], changes: Partial<HeldPlan> = {}): HeldPlan => ({
  id: 'plan',
  name: 'Plan',
  termsVersion: 2,
  subscriptionId: 'a subscription',
  pausedMs: 0,
  isPaid: true,
  maxDevices: 4,
  maxHeight: 2160,
  features,
  startedAt: NOON,
  anchor: NOON,
  periodStart: NOON,
  periodEnd: after(NOON, 30 * DAY),
  ...changes,
});

export const holding = (features: readonly Granted[], changes: Partial<HeldPlan> = {}): PlanAccess => ({
  level: 'premium',
  reason: null,
  plan: heldPlan(features, changes),
});

export const NOTHING: PlanAccess = { level: 'free', reason: 'no_subscription', plan: null };

export interface EntitlementWorld {
  readonly entitlements: Entitlements;
  /** Gives an account a plan, or takes it away. */
  put(accountId: string, access: PlanAccess): void;
  /** Says of an account when it began, and whether it is suspended. */
  know(accountId: string, facts?: Partial<AccountFacts>): void;
  now(): Instant;
  turn(to: Instant): void;
  pass(milliseconds: number): void;
}

export interface EntitlementSetting {
  readonly policy?: Partial<EntitlementPolicy>;
  /** Of accounts that nobody spoke of. */
  readonly everybody?: PlanAccess;
  readonly startAt?: Instant;
  /** Instead of time that stands still until it is turned. */
  readonly clock?: Clock;
}

export function entitlementsOn(
  unitOfWork: UnitOfWork<EntitlementStores>,
  { policy = {}, everybody = NOTHING, startAt = NOON, clock }: EntitlementSetting = {},
): EntitlementWorld {
  const held = new Map<string, PlanAccess>();
  const known = new Map<string, AccountFacts>();
  let now = startAt;
  const accessOf = (accountId: string): PlanAccess => held.get(accountId) ?? everybody;
  const entitlements = createEntitlements({
    unitOfWork,
    clock: clock ?? { now: () => now },
    ids,
    plans: {
      accessOf: async (accountId) => accessOf(accountId),
      accessOfAll: async (accountIds) => accountIds.map(accessOf),
      accessAsOf: async (accountId) => accessOf(accountId),
    },
    accounts: {
      of: async (accountIds) => new Map([...known].filter(([id]) => accountIds.includes(id))),
    },
    policy: { ...entitlementPolicy, ...policy },
    together: (flush) => group(flush),
    batched: (load) => batchedRead(load),
  });
  return {
    entitlements,
    put: (accountId, access) => void held.set(accountId, access),
    know: (accountId, facts = {}) =>
      void known.set(accountId, { createdAt: NOON, isSuspended: false, ...facts }),
    now: () => clock?.now() ?? now,
    turn: (to) => {
      now = to;
    },
    pass: (milliseconds) => {
      now = after(now, milliseconds);
    },
  };
}
