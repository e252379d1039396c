import type { PlanDraft, PlanFeature, PlanTerms } from './plan.ts';
import { refusals } from './refusals.ts';

/** What is wrong with a plan, and where: a JSON pointer in the words of the REST contract. */
export interface PlanFault {
  readonly pointer: string;
  readonly detail: string;
}

const FEATURE_NAME = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/;
const PLAN_CODE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** These two follow from the plan's own fields. */
const DERIVED_FEATURES: readonly string[] = ['max_devices', 'resolution'];

export const PLAN_LIMITS = {
  validityDays: 3_660,
  validityMonths: 120,
  trialDays: 365,
  graceDays: 365,
  devices: 1_000,
  features: 1_000,
  featureName: 60,
  units: 1_000_000_000_000,
  rolloverDays: 366,
  rateWindowSeconds: 86_400,
  priceMinor: 10_000_000_000,
} as const;

/** Refuses with `request.invalid` and the faults, when a plan breaks the rules of plans (rules.md). */
export function checkPlan(plan: Pick<PlanDraft, 'code' | 'terms'>): void {
  const faults = planFaults(plan);
  if (faults.length > 0) throw refusals.planInvalid(faults);
}

export function planFaults({ code, terms }: Pick<PlanDraft, 'code' | 'terms'>): readonly PlanFault[] {
  const faults: PlanFault[] = numberFaults(terms);
  if (!PLAN_CODE.test(code))
    faults.push({ pointer: '/code', detail: 'must be a slug, such as "premium-365"' });
  const names = new Set<string>();
  terms.features.forEach((feature, index) => {
    const detail = featureFault(feature) ?? (names.has(feature.feature) ? 'is named twice' : undefined);
    names.add(feature.feature);
    if (detail) faults.push({ pointer: `/entitlements/${index}`, detail: `${feature.feature} ${detail}` });
  });
  if (terms.features.length > PLAN_LIMITS.features)
    faults.push({ pointer: '/entitlements', detail: `must be at most ${PLAN_LIMITS.features}` });
  return faults;
}

function numberFaults({ validity, ...terms }: PlanTerms): PlanFault[] {
  const [pointer, length, most] =
    'days' in validity
      ? (['/validity_days', validity.days, PLAN_LIMITS.validityDays] as const)
      : (['/validity_months', validity.months, PLAN_LIMITS.validityMonths] as const);
  const checks = [
    [pointer, length, 1, most],
    ['/trial_days', terms.trialDays, 0, PLAN_LIMITS.trialDays],
    ['/grace_days', terms.graceDays, 0, PLAN_LIMITS.graceDays],
    ['/max_devices_allowed', terms.maxDevices, 1, PLAN_LIMITS.devices],
    ['/price', terms.price.minor, 0, PLAN_LIMITS.priceMinor],
  ] as const;
  return checks
    .filter(([, value, least, greatest]) => !Number.isInteger(value) || value < least || value > greatest)
    .map(([at, , least, greatest]) => ({ pointer: at, detail: `must lie between ${least} and ${greatest}` }));
}

/** What is wrong with one feature; undefined when nothing is. */
function featureFault(feature: PlanFeature): string | undefined {
  if (!FEATURE_NAME.test(feature.feature)) return 'must be a name such as "api_calls"';
  if (DERIVED_FEATURES.includes(feature.feature)) return 'follows from the plan and cannot be sent';
  const { kind, limit, per, overage, overagePriceMinor } = feature;
  if (kind === 'flag' && limit !== null) return 'is a flag and has no limit';
  if (kind !== 'flag' && (limit === null || !Number.isSafeInteger(limit) || limit < -1))
    return 'needs a limit, -1 being unlimited';
  if (kind === 'meter' && per === null) return 'is a meter and needs `per`';
  if (kind !== 'meter' && (per !== null || overage !== null)) return 'is no meter: no `per`, no `overage`';
  if (overagePriceMinor !== null && overage !== 'allow')
    return 'has a price of overage that it does not allow';
  if (overagePriceMinor !== null && !isWithin(overagePriceMinor, 0, PLAN_LIMITS.priceMinor))
    return `has a price of overage that is not between 0 and ${PLAN_LIMITS.priceMinor}`;
  if (limit !== null && limit > PLAN_LIMITS.units) return `has a limit above ${PLAN_LIMITS.units}`;
  return rolloverFault(feature) ?? rateFault(feature);
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

/** What never turns leaves nothing over, and what is unlimited has no end to its leavings. */
function rolloverFault({ kind, limit, per, rollover }: PlanFeature): string | undefined {
  if (!rollover) return undefined;
  if (kind !== 'meter' || per === 'lifetime') return 'never turns, so nothing of it rolls over';
  if (limit === -1) return 'is unlimited, so nothing of it rolls over';
  const { cap, expiresDays } = rollover;
  if (isWithin(cap, 1, PLAN_LIMITS.units) && isWithin(expiresDays, 1, PLAN_LIMITS.rolloverDays))
    return undefined;
  return `needs a rollover of at least 1 unit for 1 to ${PLAN_LIMITS.rolloverDays} days`;
}

function rateFault({ kind, rate }: PlanFeature): string | undefined {
  if (!rate) return undefined;
  if (kind !== 'meter') return 'is no meter: no `rate`';
  const { max, windowSeconds } = rate;
  if (isWithin(max, 1, PLAN_LIMITS.units) && isWithin(windowSeconds, 1, PLAN_LIMITS.rateWindowSeconds))
    return undefined;
  return `needs a rate of at least 1 unit in 1 to ${PLAN_LIMITS.rateWindowSeconds} seconds`;
}
