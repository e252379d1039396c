import type { DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { MeterPeriod } from './granted.ts';
import type { Lot } from './lot.ts';
import type { Calendar } from './period.ts';

/** A meter is one account's count of one feature. */
export interface MeterKey {
  readonly accountId: string;
  readonly feature: string;
}

/** The count of one kind of period. */
export type Shelved = Pick<
  Meter,
  | 'periodStart'
  | 'periodEnd'
  | 'subscriptionId'
  | 'planVersion'
  | 'pausedMs'
  | 'allowance'
  | 'used'
  | 'over'
  | 'lots'
>;

export const keyOf = ({ accountId, feature }: MeterKey): string => `${accountId} ${feature}`;

/**
 * What was used of the plan's allowance, and all that decides about its next unit beside the grants. Its
 * `version` guards the grants and reservations of the account's feature too: whoever changes one, saves it.
 */
export interface Meter extends MeterKey {
  /** The period that is counted in, half-open. */
  readonly periodStart: Instant;
  /** Null: it never turns. */
  readonly periodEnd: Instant | null;
  /** How often it has turned: names the period that a reservation was made in. */
  readonly turn: number;
  /** What the period is: other kinds that were counted in before are shelved. */
  readonly per: MeterPeriod | null;
  /** Whose term it counts; null under the free policy. */
  readonly subscriptionId: string | null;
  /** The version of the plan that it was last moved under; null under the free policy. */
  readonly planVersion: string | null;
  /** How much of the running term lay in pauses when it was last moved, in milliseconds. */
  readonly pausedMs: number;
  /** What the plan allowed when last used, -1 unlimited: what can roll over of that period. */
  readonly allowance: number;
  /** Units of the allowance, those reserved included. */
  readonly used: number;
  /** Units over the limit in this period, those reserved included. */
  readonly over: number;
  /** Unused units of earlier periods, the oldest first. */
  readonly lots: readonly Lot[];
  /** How it stood in periods of another kind, when a plan came that counts otherwise. */
  readonly shelved: Readonly<Partial<Record<MeterPeriod, Shelved>>>;
  /** When the present rate window began; null before the first unit under a rate. */
  readonly rateSince: Instant | null;
  readonly rateUsed: number;
  /** When the first open reservation lapses; null while none is open. */
  readonly lapsesAt: Instant | null;
  /** When it was last moved: no entry of its log lies before. */
  readonly movedAt: Instant;
  readonly version: number;
}

/** What decides about a meter from outside of it: the plan, or the free policy, at one moment. */
export interface MeterTerms extends Calendar {
  /** Why nothing is granted, where the plan knows. */
  readonly reason: DenialReason | null;
  readonly subscriptionId: string | null;
  readonly planVersion: string | null;
  readonly pausedMs: number;
  readonly isPaid: boolean;
  /** Since when there is something to count. */
  readonly since: Instant;
}
