import type { Clock, Instant } from '../kernel/instant.ts';
import {
  entitlementOf,
  grantedTo,
  notGranted,
  standingOf,
  type Entitlement,
  type PlanAccess,
  type Standing,
} from './feature.ts';
import type { EntitlementPolicy } from './policy.ts';
import type { Plans } from './ports.ts';

export type { Entitlement, Granted, PlanAccess, Standing } from './feature.ts';
export { createGuard, type Guard, type Guarded, type Hold, type Spend, type Use } from './guard.ts';
export { entitlementPolicy, type EntitlementPolicy } from './policy.ts';
export type { Plans } from './ports.ts';

export interface EntitlementsDeps {
  readonly plans: Plans;
  readonly clock: Clock;
  readonly policy: EntitlementPolicy;
}

/** Why a feature is allowed or not: the chain from the plan's version over its grants to the verdict. */
export interface Explanation {
  readonly asOf: Instant;
  readonly plan: { readonly id: string; readonly name: string | null; readonly version: number } | null;
  readonly period: { readonly start: Instant; readonly end: Instant | null } | null;
  readonly grants: readonly { readonly source: 'plan' | 'free_policy'; readonly limit: number | null }[];
  readonly verdict: Entitlement;
}

export interface Entitlements {
  /** Level, seats and picture height of an account at this moment. */
  standing(accountId: string): Promise<Standing>;
  /** The same for many accounts, by one question, in the order asked. */
  standings(accountIds: readonly string[]): Promise<readonly Standing[]>;
  list(accountId: string): Promise<readonly Entitlement[]>;
  /** One feature; what nothing grants is denied with a reason, not refused. */
  one(accountId: string, feature: string): Promise<Entitlement>;
  explain(accountId: string, feature: string, asOf: Instant | null): Promise<Explanation>;
  /** Limits by feature (-1 unlimited), and what was used of the meters. */
  limitsOf(accountId: string): Promise<{
    readonly limits: Readonly<Record<string, number>>;
    readonly usage: Readonly<Record<string, number>>;
  }>;
}

export function createEntitlements({ plans, clock, policy }: EntitlementsDeps): Entitlements {
  const one = (access: PlanAccess, feature: string): Entitlement => {
    const granted = grantedTo(access, policy).find((each) => each.feature === feature);
    return granted ? entitlementOf(granted, 0) : notGranted(feature, access);
  };
  return {
    standing: async (accountId) => standingOf(await plans.accessOf(accountId), policy),
    standings: async (accountIds) =>
      (await plans.accessOfAll(accountIds)).map((access) => standingOf(access, policy)),
    list: async (accountId) =>
      grantedTo(await plans.accessOf(accountId), policy).map((granted) => entitlementOf(granted, 0)),
    one: async (accountId, feature) => one(await plans.accessOf(accountId), feature),
    explain: async (accountId, feature, asOf) => {
      const at = asOf ?? clock.now();
      const access = await plans.accessAsOf(accountId, at);
      const granted = grantedTo(access, policy).find((each) => each.feature === feature);
      const ownField = access.plan !== null && (feature === 'max_devices' || feature === 'resolution');
      const listed = access.plan?.features.some((each) => each.feature === feature) ?? false;
      const source = ownField || listed ? 'plan' : 'free_policy';
      return {
        asOf: at,
        plan: access.plan && {
          id: access.plan.id,
          name: access.plan.name,
          version: access.plan.termsVersion,
        },
        period: access.plan && { start: access.plan.periodStart, end: access.plan.periodEnd },
        grants: granted ? [{ source, limit: granted.limit }] : [],
        verdict: one(access, feature),
      };
    },
    limitsOf: async (accountId) => {
      const granted = grantedTo(await plans.accessOf(accountId), policy);
      const limits = granted.flatMap(({ feature, limit }) =>
        limit === null ? [] : [[feature, limit] as const],
      );
      const meters = granted
        .filter(({ kind }) => kind === 'meter')
        .map(({ feature }) => [feature, 0] as const);
      return { limits: Object.fromEntries(limits), usage: Object.fromEntries(meters) };
    },
  };
}
