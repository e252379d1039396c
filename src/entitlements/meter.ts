import type { DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Lot } from './lot.ts';
import type { Calendar } from './period.ts';

/** A meter is one account's count of one feature. */
export interface MeterKey {
  readonly accountId: string;
  readonly feature: string;
}

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
  /** Whose term it counts; null under the free policy. */
  readonly subscriptionId: string | null;
  /** What the plan allowed when last used, -1 unlimited: what can roll over of that period. */
  readonly allowance: number;
  /** Units of the allowance, those reserved included. */
  readonly used: number;
  /** Units over the limit in this period, those reserved included. */
  readonly over: number;
  /** Unused units of earlier periods, the oldest first. */
  readonly lots: readonly Lot[];
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
  readonly isPaid: boolean;
  /** Since when there is something to count. */
  readonly since: Instant;
}
