import { after, instant, type Instant } from '../kernel/instant.ts';
import type { Meter, MeterKey, MeterTerms, Shelved } from './meter.ts';
import { meterPeriod } from './period.ts';
import { rolledOver } from './rollover.ts';

/** A meter before its first unit: it begins with the present period. */
export function newMeter({ accountId, feature }: MeterKey, terms: MeterTerms, now: Instant): Meter {
  return {
    ...{ accountId, feature, per: terms.granted?.per ?? null, ...fresh(terms, now) },
    turn: 0,
    shelved: {},
    rateSince: null,
    rateUsed: 0,
    lapsesAt: null,
    movedAt: instant(0),
    version: 0,
  };
}

function fresh(terms: MeterTerms, now: Instant): Shelved {
  const { start, end } = meterPeriod(terms, now);
  const { subscriptionId, planVersion, pausedMs, granted } = terms;
  return {
    ...{ periodStart: start, periodEnd: end, subscriptionId, planVersion, pausedMs },
    ...{ allowance: granted?.limit ?? 0, used: 0, over: 0, lots: [] },
  };
}

/**
 * The meter as it stands at `now` under `terms`: a period that is over has turned, its unused units have rolled
 * over, and lapsed lots are gone. A period that was begun and has not ended keeps its usage when the plan or
 * the anchor changes (rules.md, "Entitlements"): only a term that was paid for anew counts anew. A plan that counts
 * in another kind of period finds that kind's count as it was left, so that changing to and fro gains nothing.
 */
export function turned(stored: Meter, terms: MeterTerms, now: Instant): Meter {
  const { granted } = terms;
  if (!granted) return withoutLapsed(stored, now);
  const meter = withoutLapsed(resumed(ofKind(stored, terms, now), terms), now);
  const next = fresh(terms, now);
  if (isBehind(meter, terms, next.periodStart)) return meter;
  const { used, over, lots } = meter;
  if (keepsCounting(meter, { terms, next, now })) return { ...meter, ...next, used, over, lots };
  return { ...meter, ...next, turn: meter.turn + 1, lots: rolledOver(meter, terms, now) };
}

function withoutLapsed(meter: Meter, now: Instant): Meter {
  const lots = meter.lots.filter(({ expiresAt }) => expiresAt > now);
  return lots.length === meter.lots.length ? meter : { ...meter, lots };
}

/** The count of the kind of period that is granted. Its turn is a new one: no unit of one kind goes back into another. */
function ofKind(meter: Meter, terms: MeterTerms, now: Instant): Meter {
  const per = terms.granted?.per ?? null;
  if (per === meter.per || per === null) return meter;
  const { [per]: left = fresh(terms, now), ...others } = meter.shelved;
  const shelved = meter.per === null ? others : { ...others, [meter.per]: countOf(meter) };
  return { ...meter, ...left, per, shelved, turn: meter.turn + 1 };
}

function countOf(meter: Meter): Shelved {
  const { periodStart, periodEnd, subscriptionId, planVersion, pausedMs } = meter;
  const { allowance, used, over, lots } = meter;
  return { periodStart, periodEnd, subscriptionId, planVersion, pausedMs, allowance, used, over, lots };
}

/** Days and months stand still in a pause: behind it the rest of one is still to come. A term tells its own end. */
function resumed(meter: Meter, { subscriptionId, pausedMs }: MeterTerms): Meter {
  const shift = subscriptionId === meter.subscriptionId ? pausedMs - meter.pausedMs : 0;
  if (shift <= 0 || meter.periodEnd === null || meter.per === 'term') return meter;
  return { ...meter, periodStart: after(meter.periodStart, shift), periodEnd: after(meter.periodEnd, shift) };
}

/** Whoever read the plan before somebody else bought a term anew must not turn the meter back. */
const isBehind = (meter: Meter, { granted, subscriptionId }: MeterTerms, start: Instant): boolean =>
  granted?.per === 'term' && subscriptionId !== meter.subscriptionId && start < meter.periodStart;

function keepsCounting(
  { periodStart, periodEnd, subscriptionId, planVersion }: Meter,
  { terms, next, now }: { readonly terms: MeterTerms; readonly next: Shelved; readonly now: Instant },
): boolean {
  const { granted, isPaid, term } = terms;
  const isOther = terms.subscriptionId !== subscriptionId;
  if (granted?.per === 'term' && isPaid && isOther) return false;
  // Behind a pause a term keeps its start and ends later; in its grace it may only be known by its end.
  if (next.periodStart === periodStart || next.periodEnd === periodEnd) return true;
  const renewed = isPaid && !isOther && terms.planVersion === planVersion && next.periodStart === term.start;
  // The same plan paid for anew may count from a new anchor; that is no change of plan.
  if (renewed && next.periodStart > periodStart) return false;
  return periodEnd === null || now < periodEnd;
}
