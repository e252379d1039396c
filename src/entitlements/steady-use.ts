import { later, type Instant } from '../kernel/instant.ts';
import type { Meter, MeterTerms } from './meter.ts';
import type { Consumption } from './face.ts';
import { take } from './take.ts';
import { moveOf, type UsageEntry } from './usage-log.ts';
import { usageOf } from './reckon.ts';
import type { Usage } from './usage.ts';

/** A consumption that the plan has something to say of. */
export interface Ruled {
  readonly use: Consumption;
  readonly terms: MeterTerms;
}

export interface SteadyUse {
  readonly entry: UsageEntry;
  /** What each of them is told, in their order. */
  readonly usages: readonly Usage[];
}

/**
 * The meter, one version on, after units that its plan's own allowance gives, as nearly all are: nothing but
 * `used` and the rate moves. Undefined when more may move and all rules must be applied: a period turns, a
 * reservation lapses, something is refused or goes over the limit, or an Idempotency-Key is to be looked up.
 * For meters that no grant and no lot feeds.
 */
export function steadyUse(meter: Meter, uses: readonly Ruled[], at: Instant): SteadyUse | undefined {
  const now = later(at, meter.movedAt);
  if (meter.lots.length > 0 || (meter.lapsesAt !== null && meter.lapsesAt <= now)) return undefined;
  let balance = { meter, grants: [] as const };
  const usages: Usage[] = [];
  let units = 0;
  for (const { use, terms } of uses) {
    if (use.idempotency) return undefined;
    const taken = take(balance, { units: use.amount, terms, now });
    if (!('parts' in taken) || !isSteady(meter, taken.balance.meter)) return undefined;
    balance = { meter: taken.balance.meter, grants: [] };
    usages.push(usageOf(balance, terms, now));
    units += use.amount;
  }
  return { entry: moveOf(meter, balance, { kind: 'consumed', units, now }), usages };
}

const isSteady = (before: Meter, after: Meter): boolean =>
  after.turn === before.turn &&
  after.over === before.over &&
  after.periodStart === before.periodStart &&
  after.periodEnd === before.periodEnd &&
  after.subscriptionId === before.subscriptionId &&
  after.allowance === before.allowance;
