import { after, before, DAY, later, type Instant } from '../kernel/instant.ts';
import { UNLIMITED, type Rollover } from './granted.ts';
import { leftOf, type Lot } from './lot.ts';
import type { Meter, MeterTerms } from './meter.ts';
import { meterPeriod, type Period } from './period.ts';

/**
 * The lots after a meter's period ended at or before `now`: what that period left over, and what each one that
 * nobody touched since left, as far as it has not lapsed. Their units never exceed the cap: the oldest give way.
 */
export function rolledOver(meter: Meter, terms: MeterTerms, now: Instant): readonly Lot[] {
  const rollover = terms.granted?.rollover ?? null;
  const living = (lots: readonly Lot[]): readonly Lot[] => lots.filter(({ expiresAt }) => expiresAt > now);
  if (!rollover || meter.periodEnd === null) return living(meter.lots);
  let lots = meter.lots;
  for (const { end, unused } of endedPeriods(meter, { terms, rollover, now }))
    lots = capped([...lots, lotOf(unused, end, rollover)], rollover.cap, end);
  return living(lots);
}

const lotOf = (amount: number, end: Instant, { expiresDays }: Rollover): Lot => ({
  amount,
  used: 0,
  expiresAt: after(end, expiresDays * DAY),
});

/** Takes the surplus from the oldest; what has lapsed by `at` counts no more. */
function capped(lots: readonly Lot[], cap: number, at: Instant): readonly Lot[] {
  const living = lots.filter((lot) => lot.expiresAt > at && leftOf(lot) > 0);
  let surplus = Math.max(0, living.reduce((sum, lot) => sum + leftOf(lot), 0) - cap);
  return living.flatMap((lot) => {
    const taken = Math.min(surplus, leftOf(lot));
    surplus -= taken;
    return leftOf(lot) === taken ? [] : [{ ...lot, amount: lot.amount - taken }];
  });
}

/** A year of daily periods: no lot lives longer (`PLAN_LIMITS.rolloverDays`). */
const MAX_PERIODS = 367;

/**
 * The periods that ended since the meter was last touched, oldest first, with what each left over; those whose
 * units would have lapsed by now are left out. Untouched ones count while the plan is the one that was last seen.
 */
function* endedPeriods(
  meter: Meter,
  {
    terms,
    rollover,
    now,
  }: { readonly terms: MeterTerms; readonly rollover: Rollover; readonly now: Instant },
): Generator<{ readonly end: Instant; readonly unused: number }> {
  const { periodEnd, allowance, used } = meter;
  if (periodEnd === null) return;
  if (allowance !== UNLIMITED) yield { end: periodEnd, unused: Math.max(0, allowance - used) };
  const limit = terms.granted?.limit ?? 0;
  if (limit === UNLIMITED || meter.planVersion !== terms.planVersion) return;
  if (meter.subscriptionId !== terms.subscriptionId) return;
  // In its grace a term is over, and runs all the same.
  const running = meterPeriod(terms, now);
  const oldest = later(periodEnd, before(now, rollover.expiresDays * DAY));
  let period: Period = meterPeriod(terms, oldest);
  for (let count = 0; count < MAX_PERIODS; count += 1) {
    if (period.end === null || period.end > now || period.start >= running.start) return;
    if (period.start >= periodEnd) yield { end: period.end, unused: limit };
    period = meterPeriod(terms, period.end);
  }
}
