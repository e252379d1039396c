import type { AccessLevel } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';

export const RESOLUTIONS = ['480p', '720p', '1080p', '4K'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

const HEIGHTS: Readonly<Record<Resolution, number>> = { '480p': 480, '720p': 720, '1080p': 1080, '4K': 2160 };
/** The greatest picture height, in lines, that a plan's resolution admits. */
export const heightOf = (resolution: Resolution): number => HEIGHTS[resolution];

/** How long a term lasts: exactly one of days (of 86,400 s) and calendar months (clamped to a month's end). */
export type Validity = { readonly days: number } | { readonly months: number };

export type FeatureKind = 'flag' | 'limit' | 'meter';
export type MeterPeriod = 'day' | 'month' | 'term' | 'lifetime';

/** What a plan grants of one feature. A limit of -1 is unlimited. */
export interface PlanFeature {
  readonly feature: string;
  readonly kind: FeatureKind;
  readonly limit: number | null;
  readonly per: MeterPeriod | null;
  readonly overage: 'block' | 'allow' | null;
  /** Price of one unit over the limit, in minor units of the plan's currency. */
  readonly overagePriceMinor: number | null;
  /** What of a period's unused units may be used later, and for how long. Left out: nothing. */
  readonly rollover?: Rollover;
  /** How fast it may be used. Left out: at any speed. */
  readonly rate?: Rate;
}

/** At most `cap` units, each for so many days behind its period. */
export interface Rollover {
  readonly cap: number;
  readonly expiresDays: number;
}

/** At most `max` units within `windowSeconds` of the first. */
export interface Rate {
  readonly max: number;
  readonly windowSeconds: number;
}

/** What a subscriber bought and keeps until they change: editing it makes a new version. */
export interface PlanTerms {
  readonly price: Money;
  readonly validity: Validity;
  readonly accessLevel: AccessLevel;
  readonly maxDevices: number;
  readonly resolution: Resolution;
  readonly trialDays: number;
  readonly graceDays: number;
  readonly features: readonly PlanFeature[];
}

export interface Plan {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly isActive: boolean;
  /** Number of the newest terms; older ones live on in the subscriptions bought on them. */
  readonly termsVersion: number;
  readonly terms: PlanTerms;
  /** Price in minor units, beside the terms so that lists can be ordered by it. */
  readonly priceMinor: number;
  readonly createdAt: Instant;
  readonly version: number;
}

/** One immutable set of terms of a plan. */
export interface PlanVersion {
  readonly planId: string;
  readonly termsVersion: number;
  readonly terms: PlanTerms;
  readonly createdAt: Instant;
}

export interface PlanDraft {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly isActive: boolean;
  readonly terms: PlanTerms;
}

export type PlanChanges = Partial<Omit<PlanDraft, 'terms'>> & { readonly terms?: Partial<PlanTerms> };

export function createPlan(draft: PlanDraft, made: { readonly id: string; readonly now: Instant }): Plan {
  return {
    ...draft,
    id: made.id,
    termsVersion: 1,
    priceMinor: draft.terms.price.minor,
    createdAt: made.now,
    version: 1,
  };
}

/** The plan after an edit. New terms get a new number; a name, a description or `isActive` do not. */
export function revisePlan(plan: Plan, { terms: changed, ...rest }: PlanChanges): Plan {
  const terms = { ...plan.terms, ...changed };
  const differs = JSON.stringify(terms) !== JSON.stringify(plan.terms);
  return {
    ...plan,
    ...rest,
    terms,
    priceMinor: terms.price.minor,
    termsVersion: differs ? plan.termsVersion + 1 : plan.termsVersion,
    version: plan.version + 1,
  };
}

export const versionOf = (plan: Plan, now: Instant): PlanVersion => ({
  planId: plan.id,
  termsVersion: plan.termsVersion,
  terms: plan.terms,
  createdAt: now,
});
