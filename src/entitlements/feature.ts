import type { AccessLevel, DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import { UNLIMITED, type FeatureKind, type Granted } from './granted.ts';
import type { EntitlementPolicy } from './policy.ts';

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

/** The plan whose terms hold for an account, in this context's words. */
export interface HeldPlan {
  readonly id: string;
  /** Null where only a decision is asked for, which needs no names. */
  readonly name: string | null;
  readonly termsVersion: number;
  readonly subscriptionId: string;
  /** How much of the running term lay in pauses: days and months of meters stand still in one. In milliseconds. */
  readonly pausedMs: number;
  /** Whether it costs something: what is bought anew counts anew. */
  readonly isPaid: boolean;
  readonly maxDevices: number;
  readonly maxHeight: number;
  readonly features: readonly Granted[];
  /** When the subscription began. */
  readonly startedAt: Instant;
  /** Days and months of meters turn here. */
  readonly anchor: Instant;
  /** The running term: what `per: term` counts in. */
  readonly periodStart: Instant;
  readonly periodEnd: Instant | null;
}

/** What an account's plan gives it at one moment. */
export interface PlanAccess {
  readonly level: AccessLevel;
  /** Why the account is not above free, where it is not. */
  readonly reason: DenialReason | null;
  /** Null when the free policy holds. */
  readonly plan: HeldPlan | null;
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

const limitOf = (feature: string, limit: number): Granted => ({
  ...{ feature, kind: 'limit', limit },
  ...{ per: null, overage: null, overagePrice: null, rollover: null, rate: null },
});

/** All that is granted: the plan's own fields, what the plan lists, and the policy where the plan is silent. */
export function grantedTo(access: PlanAccess, policy: EntitlementPolicy): readonly Granted[] {
  const { maxDevices, maxHeight } = standingOf(access, policy);
  const derived = [limitOf('max_devices', maxDevices), limitOf('resolution', maxHeight)];
  const listed = listedIn(access, policy);
  const silent = byName(listed).has('channels') ? [] : [limitOf('channels', channelsOf(access, policy))];
  return [...derived, ...silent, ...listed];
}

const listedIn = ({ plan }: PlanAccess, { freeFeatures }: EntitlementPolicy): readonly Granted[] =>
  plan?.features ?? freeFeatures;

const channelsOf = ({ level }: PlanAccess, policy: EntitlementPolicy): number =>
  level === 'premium' ? policy.premiumChannels : policy.freeChannels;

/** Thousands of accounts share the features of a plan's version: they are put in order once. */
const indexes = new WeakMap<readonly Granted[], ReadonlyMap<string, Granted>>();

function byName(features: readonly Granted[]): ReadonlyMap<string, Granted> {
  const known = indexes.get(features);
  if (known) return known;
  const index = new Map(features.map((each) => [each.feature, each]));
  indexes.set(features, index);
  return index;
}

/** One of them, without making the others: what a hot path asks for. */
export function grantedOf(
  access: PlanAccess,
  feature: string,
  policy: EntitlementPolicy,
): Granted | undefined {
  const listed = byName(listedIn(access, policy)).get(feature);
  if (listed) return listed;
  switch (feature) {
    case 'max_devices':
      return limitOf(feature, standingOf(access, policy).maxDevices);
    case 'resolution':
      return limitOf(feature, standingOf(access, policy).maxHeight);
    case 'channels':
      return limitOf(feature, channelsOf(access, policy));
    default:
      return undefined;
  }
}

const ALLOWED = { allowed: true, reason: null } as const;

/** A flag or a limit, of which `units` are asked for. Seats and channels are counted where they are taken, so here as 0. */
export function entitlementOf({ feature, kind, limit }: Granted, units: number): Entitlement {
  const noNumbers = { limit: null, used: null, remaining: null, resetsAt: null };
  if (kind === 'flag') return { feature, kind, ...ALLOWED, ...noNumbers };
  const remaining = limit ?? UNLIMITED;
  const suffices = remaining === UNLIMITED || remaining >= units;
  const verdict = suffices ? ALLOWED : { allowed: false, reason: 'limit_reached' as const };
  return { feature, kind, ...verdict, limit, used: 0, remaining, resetsAt: null };
}

/** A feature that nothing grants: the plan's own trouble is the better reason than "not in your plan". */
export const notGranted = (feature: string, reason: DenialReason | null): Entitlement => ({
  feature,
  kind: 'flag',
  allowed: false,
  reason: reason ?? 'not_in_plan',
  limit: null,
  used: null,
  remaining: null,
  resetsAt: null,
});
