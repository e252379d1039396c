import type { EntitlementsDeps } from './deps.ts';
import type { Entitlements } from './face.ts';
import { grantedOf } from './feature.ts';
import { planFollower } from './follow-plan.ts';
import { grantCommands } from './manage-grants.ts';
import { entitlementQuestions } from './questions.ts';
import { consume, recordUsage } from './record-usage.ts';
import { reservationCommands } from './reserve.ts';
import { eraseAccount, reservationSweep } from './sweeps.ts';
import { tidy } from './tidy.ts';

export type { EntitlementsDeps } from './deps.ts';
export type * from './face.ts';
export type { Entitlement, HeldPlan, PlanAccess, Standing } from './feature.ts';
export type { FeatureKind, Granted, MeterPeriod, Rate, Rollover } from './granted.ts';
export { GRANT_SOURCES, type Grant, type GrantSource } from './grant.ts';
export { keyOf, type Meter, type MeterKey } from './meter.ts';
export type { OverageReading } from './overage.ts';
export { createGuard, type Guard, type Guarded, type Hold, type Spend, type Use } from './guard.ts';
export { entitlementPolicy, type EntitlementPolicy } from './policy.ts';
export type * from './ports.ts';
export { refusals as entitlementRefusals } from './refusals.ts';
export type { Reservation } from './reservation.ts';
export {
  RESERVATION_STATUSES,
  reservationLifecycle,
  type ReservationStatus,
} from './reservation-lifecycle.ts';
export type { UsageEntry, UsageKind } from './usage-log.ts';
export type { Usage } from './usage.ts';

/** What an account may do now: flags, limits, and meters that are used up exactly. */
export function createEntitlements(deps: EntitlementsDeps): Entitlements {
  const record = recordUsage(deps);
  const use = consume(deps, record);
  return {
    ...entitlementQuestions(deps),
    ...reservationCommands(deps),
    ...reservationSweep(deps),
    ...grantCommands(deps),
    ...planFollower(deps),
    recordUsage: record,
    consume: use,
    consumeIfInPlan: async (asked) => {
      const granted = grantedOf(await deps.plans.accessOf(asked.accountId), asked.feature, deps.policy);
      return granted?.kind === 'meter' ? use(asked) : null;
    },
    tidy: tidy(deps),
    eraseAccount: eraseAccount(deps),
  };
}
