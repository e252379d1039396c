import type { AccessLevel, DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { EntitlementPolicy } from './policy.ts';

export type FeatureKind = 'flag' | 'limit' | 'meter';

/** What a plan, or the free policy, grants of one feature. -1 is unlimited. */
export interface Granted {
  readonly feature: string;
  readonly kind: FeatureKind;
  readonly limit: number | null;
  readonly per: 'day' | 'month' | 'term' | 'lifetime' | null;
}

const UNLIMITED = -1;

/** The answer to "may this account use this feature?". A flag has no numbers; -1 is unlimited. */
export interface Entitlement {
  readonly feature: string;
  readonly kind: FeatureKind;
  readonly allowed: boolean;
  readonly reason: DenialReason | null;
  readonly limit: number | null;
  readonly used: number | null;
  readonly remaining: number | null;
  readonly resetsAt: Instant | null;
}

/** What an account's plan gives it at one moment, in this context's words. */
export interface PlanAccess {
  readonly level: AccessLevel;
  /** Why the account is not above free, where it is not. */
  readonly reason: DenialReason | null;
  /** The plan whose terms hold now; null when the free policy holds. */
  readonly plan: {
    readonly id: string;
    /** Null where only a decision is asked for, which needs no names. */
    readonly name: string | null;
    readonly termsVersion: number;
    readonly maxDevices: number;
    readonly maxHeight: number;
    readonly features: readonly Granted[];
    readonly periodStart: Instant;
    readonly periodEnd: Instant | null;
  } | null;
}

/** What an account may do now, as other contexts ask for it. */
export interface Standing {
  readonly level: AccessLevel;
  readonly reason: DenialReason | null;
  readonly maxDevices: number;
  /** Greatest picture height in lines. */
  readonly maxHeight: number;
}

export const standingOf = ({ level, reason, plan }: PlanAccess, policy: EntitlementPolicy): Standing => ({
  level,
  reason,
  maxDevices: plan?.maxDevices ?? policy.freeMaxDevices,
  maxHeight: plan?.maxHeight ?? policy.freeMaxHeight,
});

const limitOf = (feature: string, limit: number): Granted => ({ feature, kind: 'limit', limit, per: null });

/** All that is granted: the plan's own fields, what the plan lists, and the policy where the plan is silent. */
export function grantedTo(access: PlanAccess, policy: EntitlementPolicy): readonly Granted[] {
  const { maxDevices, maxHeight } = standingOf(access, policy);
  const derived = [limitOf('max_devices', maxDevices), limitOf('resolution', maxHeight)];
  const listed = access.plan?.features ?? [];
  const channels = access.level === 'premium' ? policy.premiumChannels : policy.freeChannels;
  const silent = listed.some(({ feature }) => feature === 'channels') ? [] : [limitOf('channels', channels)];
  return [...derived, ...silent, ...listed];
}

/** A granted feature of which `used` is gone. Seats and channels are counted where they are taken, so here as 0. */
export function entitlementOf(granted: Granted, used: number): Entitlement {
  const { feature, kind, limit } = granted;
  if (kind === 'flag')
    return { feature, kind, ...ALLOWED, limit: null, used: null, remaining: null, resetsAt: null };
  const remaining = limit === null || limit === UNLIMITED ? UNLIMITED : Math.max(0, limit - used);
  const verdict = remaining === 0 ? { allowed: false, reason: 'limit_reached' as const } : ALLOWED;
  return { feature, kind, ...verdict, limit, used, remaining, resetsAt: null };
}

const ALLOWED = { allowed: true, reason: null } as const;

/** A feature that nothing grants: the plan's own trouble is the better reason than "not in your plan". */
export const notGranted = (feature: string, { reason }: PlanAccess): Entitlement => ({
  feature,
  kind: 'flag',
  allowed: false,
  reason: reason ?? 'not_in_plan',
  limit: null,
  used: null,
  remaining: null,
  resetsAt: null,
});
