import type { DenialReason } from '../kernel/access-level.ts';
import { instant, type Instant } from '../kernel/instant.ts';
import type { Granted } from './feature.ts';
import { meterPeriod, type Period } from './period.ts';
import { rolledOver, type Lot } from './rollover.ts';

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
export interface MeterTerms {
  /** The meter that is granted; null when only grants can feed it. */
  readonly granted: Granted | null;
  /** Why nothing is granted, where the plan knows. */
  readonly reason: DenialReason | null;
  readonly subscriptionId: string | null;
  readonly isPaid: boolean;
  /** Since when there is something to count. */
  readonly since: Instant;
  /** Days and months are counted from here. */
  readonly anchor: Instant;
  readonly term: Period;
}

/** A meter before its first unit: it has stood at nothing since the subscription began. */
export function newMeter({ accountId, feature }: MeterKey, terms: MeterTerms): Meter {
  const { start, end } = meterPeriod(terms, terms.since);
  return {
    accountId,
    feature,
    periodStart: start,
    periodEnd: end,
    turn: 0,
    subscriptionId: terms.subscriptionId,
    allowance: terms.granted?.limit ?? 0,
    used: 0,
    over: 0,
    lots: [],
    rateSince: null,
    rateUsed: 0,
    lapsesAt: null,
    movedAt: instant(0),
    version: 0,
  };
}

/**
 * The meter as it stands at `now` under `terms`: a period that is over has turned, its unused units have rolled
 * over, and lapsed lots are gone. A period that was begun and has not ended keeps its usage when the plan or
 * the anchor changes (rules.md, "Entitlements"): only a term that was bought anew counts anew.
 */
export function turned(meter: Meter, terms: MeterTerms, now: Instant): Meter {
  const { granted, subscriptionId } = terms;
  const lots = meter.lots.filter(({ expiresAt }) => expiresAt > now);
  if (!granted) return lots.length === meter.lots.length ? meter : { ...meter, lots };
  const period = meterPeriod(terms, now);
  const present = {
    periodStart: period.start,
    periodEnd: period.end,
    subscriptionId,
    allowance: granted.limit ?? 0,
  };
  if (keepsCounting(meter, { terms, period, now })) return { ...meter, ...present, lots };
  return {
    ...meter,
    ...present,
    turn: meter.turn + 1,
    used: 0,
    over: 0,
    lots: rolledOver(meter, terms, now),
  };
}

function keepsCounting(
  { periodStart, periodEnd, subscriptionId }: Meter,
  { terms, period, now }: { readonly terms: MeterTerms; readonly period: Period; readonly now: Instant },
): boolean {
  const boughtAnew = terms.granted?.per === 'term' && terms.isPaid && terms.subscriptionId !== subscriptionId;
  if (boughtAnew) return false;
  return period.start === periodStart || periodEnd === null || now < periodEnd;
}
