import { instant, type Instant } from '../kernel/instant.ts';
import type { Meter, MeterKey, MeterTerms } from './meter.ts';
import { meterPeriod, type Period } from './period.ts';
import { rolledOver } from './rollover.ts';

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
  // Behind a pause a term keeps its start and ends later; in its grace it may only be known by its end.
  const isSame = period.start === periodStart || period.end === periodEnd;
  return isSame || periodEnd === null || now < periodEnd;
}
