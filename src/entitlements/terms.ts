import { instant, type Instant } from '../kernel/instant.ts';
import type { Granted } from './granted.ts';
import type { PlanAccess } from './feature.ts';
import type { MeterTerms } from './meter.ts';

/** Where the days and months of an account without a plan are counted from, when nobody asked when it began. */
const ANYTIME = instant(0);

/** What a plan, or the free policy, says of a meter; `granted` is what it grants of it. */
export function meterTerms(
  granted: Granted | undefined,
  { plan, reason }: PlanAccess,
  createdAt: Instant | null,
): MeterTerms {
  const since = plan?.startedAt ?? createdAt ?? ANYTIME;
  return {
    granted: granted?.kind === 'meter' ? granted : null,
    reason,
    subscriptionId: plan?.subscriptionId ?? null,
    planVersion: plan && `${plan.id} ${plan.termsVersion}`,
    pausedMs: plan?.pausedMs ?? 0,
    isPaid: plan?.isPaid ?? false,
    since,
    anchor: plan?.anchor ?? since,
    term: plan ? { start: plan.periodStart, end: plan.periodEnd } : { start: since, end: null },
  };
}
