import type { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import { moved, splitUnits, type Balance, type Part } from './burn.ts';
import { turned } from './turn.ts';
import type { MeterTerms } from './meter.ts';
import { counted } from './rate.ts';
import { refusals } from './refusals.ts';
import { isFed, usageOf } from './reckon.ts';

export interface Taken {
  readonly balance: Balance;
  readonly parts: readonly Part[];
}

/** Takes units from whatever feeds the meter, all of them or none. Being too fast is judged before being out. */
export function take(
  before: Balance,
  { units, terms, now }: { readonly units: number; readonly terms: MeterTerms; readonly now: Instant },
): Taken | DomainError {
  const { granted, reason } = terms;
  let meter = turned(before.meter, terms, now);
  if (!isFed(before, terms, now)) return refusals.notInPlan(reason ?? 'not_in_plan');
  if (granted?.rate) {
    const { rate } = granted;
    if (units > rate.max) return refusals.amountExceedsRate(rate.max);
    const rated = counted(meter, { units, rate, now });
    if (typeof rated === 'number') return refusals.rateExceeded({ until: rated, now, max: rate.max });
    meter = rated;
  }
  const balance = { ...before, meter };
  const parts = splitUnits(balance, { units, terms, now });
  if (!parts) return refusals.limitReached(usageOf(balance, terms, now));
  return { balance: moved(balance, parts, 1), parts };
}
