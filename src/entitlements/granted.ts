export type FeatureKind = 'flag' | 'limit' | 'meter';
export type MeterPeriod = 'day' | 'month' | 'term' | 'lifetime';

/** Unused units of a period that may be used later: at most `cap` of them, each for so many days. */
export interface Rollover {
  readonly cap: number;
  readonly expiresDays: number;
}

/** At most `max` units within `windowSeconds` of the first. */
export interface Rate {
  readonly max: number;
  readonly windowSeconds: number;
}

export interface UnitPrice {
  /** Of one unit, in minor units of `currency`. */
  readonly minor: number;
  readonly currency: string;
}

/** What a plan, or the free policy, grants of one feature. -1 is unlimited. */
export interface Granted {
  readonly feature: string;
  readonly kind: FeatureKind;
  readonly limit: number | null;
  readonly per: MeterPeriod | null;
  /** Whether units over the limit are refused, or given and billed. Null: no meter. */
  readonly overage: 'block' | 'allow' | null;
  readonly overagePrice: UnitPrice | null;
  readonly rollover: Rollover | null;
  readonly rate: Rate | null;
}

export const UNLIMITED = -1;
