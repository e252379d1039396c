import type { Instant } from '../kernel/instant.ts';
import type { Balance } from './burn.ts';
import { notGranted, type Entitlement } from './feature.ts';
import { UNLIMITED } from './granted.ts';
import { isAlive } from './grant.ts';
import type { MeterTerms } from './meter.ts';
import type { Usage } from './usage.ts';

/** Whether anything feeds the meter now. */
export const isFed = ({ grants }: Balance, { granted }: MeterTerms, now: Instant): boolean =>
  granted !== null || grants.some((grant) => isAlive(grant, now));

/** The numbers of a balance that has been turned to `now`. */
export function usageOf({ meter, grants }: Balance, terms: MeterTerms, now: Instant): Usage {
  const { feature, periodEnd, allowance, over } = meter;
  const living = grants.filter((grant) => isAlive(grant, now));
  const fromPlan = terms.granted ? [{ amount: allowance, used: meter.used }, ...meter.lots] : [];
  const sources = [...fromPlan, ...living];
  const overage = terms.granted ? over : 0;
  const used = sources.reduce((sum, source) => sum + source.used, 0);
  const isUnlimited = terms.granted !== null && allowance === UNLIMITED;
  const limit = isUnlimited ? UNLIMITED : sources.reduce((sum, { amount }) => sum + amount, 0);
  // A smaller plan leaves what was used of the greater one: then nothing of the allowance is left, but all of the rest.
  const left = sources.reduce((sum, source) => sum + Math.max(0, source.amount - source.used), 0);
  return {
    feature,
    used: used + overage,
    limit,
    remaining: isUnlimited ? UNLIMITED : left,
    overage,
    resetsAt: terms.granted ? periodEnd : null,
  };
}

/** Whether `units` more may be used of a meter; a rate is not looked at, since it passes by itself. */
export function meterEntitlement(
  balance: Balance,
  { terms, now, units }: { readonly terms: MeterTerms; readonly now: Instant; readonly units: number },
): Entitlement {
  const { feature } = balance.meter;
  if (!isFed(balance, terms, now)) return notGranted(feature, terms.reason);
  const { used, limit, remaining, resetsAt } = usageOf(balance, terms, now);
  const suffices = remaining === UNLIMITED || remaining >= units || terms.granted?.overage === 'allow';
  const verdict = suffices
    ? ({ allowed: true, reason: null } as const)
    : ({ allowed: false, reason: 'limit_reached' } as const);
  return { feature, kind: 'meter', ...verdict, limit, used, remaining, resetsAt };
}
