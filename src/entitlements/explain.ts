import type { Instant } from '../kernel/instant.ts';
import type { Balance } from './burn.ts';
import type { EntitlementsDeps } from './deps.ts';
import type { ExplainedGrant, Explanation } from './face.ts';
import { entitlementOf, grantedOf, type PlanAccess } from './feature.ts';
import { UNLIMITED, type Granted } from './granted.ts';
import { isAlive, PLAN_PRIORITY, type Grant } from './grant.ts';
import { newMeter, turned } from './turn.ts';
import type { Judge } from './judge.ts';
import type { MeterKey, MeterTerms } from './meter.ts';
import { bornAt } from './standpoints.ts';
import { meterTerms } from './terms.ts';
import { meterEntitlement } from './reckon.ts';

export interface Explaining extends MeterKey {
  /** Null: now. */
  readonly asOf: Instant | null;
}

export async function explain(
  deps: EntitlementsDeps,
  judge: Judge,
  { accountId, feature, asOf }: Explaining,
): Promise<Explanation> {
  const { plans, policy, clock } = deps;
  const at = asOf ?? clock.now();
  const access = await plans.accessAsOf(accountId, at);
  const granted = grantedOf(access, feature, policy);
  const chain = { asOf: at, ...planIn(access) };
  if (granted && granted.kind !== 'meter')
    return { ...chain, grants: [grantLine(granted, access)], verdict: entitlementOf(granted, 1) };
  const terms = meterTerms(granted, access, await bornAt(deps, accountId, access));
  const key = { accountId, feature };
  const live = await judge.balance(key, terms);
  // Since the meter was last moved nothing but time has changed it, and what lapsed by it.
  const isLive = asOf === null || (at >= live.balance.meter.movedAt && at <= live.at);
  const balance = isLive ? live.balance : await balanceAsOf(deps, { key, terms, at });
  const now = asOf === null ? live.at : at;
  const verdict = meterEntitlement(balance, { terms, now, units: 1 });
  return { ...chain, grants: sourcesOf(balance, { granted, access, at: now }), verdict };
}

const planIn = ({ plan }: PlanAccess): Pick<Explanation, 'plan' | 'period'> => ({
  plan: plan && { id: plan.id, name: plan.name, version: plan.termsVersion },
  period: plan && { start: plan.periodStart, end: plan.periodEnd },
});

/** The balance that the log tells: as it stood, with the grants that there were; to come, as it stands now. */
async function balanceAsOf(
  { unitOfWork }: EntitlementsDeps,
  { key, terms, at }: { readonly key: MeterKey; readonly terms: MeterTerms; readonly at: Instant },
): Promise<Balance> {
  return unitOfWork.read(async ({ meters, grants }) => {
    const entry = await meters.entryAt(key, at);
    const given = (await grants.listOf(key.accountId)).filter(
      (grant) => grant.feature === key.feature && grant.createdAt <= at && isAlive(grant, at),
    );
    return {
      meter: turned(entry?.meter ?? newMeter(key, terms, at), terms, at),
      grants: given.map((grant) => ({ ...grant, used: entry?.grants[grant.id] ?? 0 })),
    };
  });
}

/** Fields of the plan itself come from it as well as what it lists. */
const sourceOf = ({ feature }: Granted, { plan }: PlanAccess): 'plan' | 'free_policy' => {
  const isOwn = feature === 'max_devices' || feature === 'resolution';
  return plan !== null && (isOwn || plan.features.some((each) => each.feature === feature))
    ? 'plan'
    : 'free_policy';
};

const grantLine = (granted: Granted, access: PlanAccess): ExplainedGrant => ({
  source: sourceOf(granted, access),
  id: null,
  limit: granted.limit,
  used: null,
  remaining: granted.limit,
  priority: null,
  expiresAt: null,
});

function sourcesOf(
  { meter, grants }: Balance,
  {
    granted,
    access,
    at,
  }: { readonly granted: Granted | undefined; readonly access: PlanAccess; readonly at: Instant },
): readonly ExplainedGrant[] {
  const line = (
    { source, id = null, priority = PLAN_PRIORITY }: Pick<ExplainedGrant, 'source'> & Partial<ExplainedGrant>,
    { amount, used, expiresAt }: Pick<Grant, 'amount' | 'used' | 'expiresAt'>,
  ): ExplainedGrant => {
    const remaining = amount === UNLIMITED ? UNLIMITED : Math.max(0, amount - used);
    return { source, id, limit: amount, used, remaining, priority, expiresAt };
  };
  const { allowance, used, periodEnd } = meter;
  const ofPlan = granted
    ? [
        line({ source: sourceOf(granted, access) }, { amount: allowance, used, expiresAt: periodEnd }),
        ...meter.lots.map((lot) => line({ source: 'rollover' }, lot)),
      ]
    : [];
  const given = grants
    .filter((grant) => isAlive(grant, at))
    .map((grant) => line({ source: grant.source, id: grant.id, priority: grant.priority }, grant));
  return [...ofPlan, ...given];
}
