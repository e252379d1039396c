import type { EntitlementsDeps } from './deps.ts';
import { explain } from './explain.ts';
import type { EntitlementQuestions } from './face.ts';
import { entitlementOf, grantedOf, grantedTo, standingOf, type Entitlement } from './feature.ts';
import { isAlive } from './grant.ts';
import { judge, type Case } from './judge.ts';
import { bornAt, standpointsOf } from './standpoints.ts';
import { meterTerms } from './terms.ts';

export function entitlementQuestions(deps: EntitlementsDeps): EntitlementQuestions {
  const { unitOfWork, plans, policy } = deps;
  const judged = judge(deps);
  const list = async (accountId: string): Promise<readonly Entitlement[]> =>
    Promise.all((await casesOf(deps, accountId)).map((each) => judged.entitlement(each, 1)));

  return {
    standing: async (accountId) => standingOf(await plans.accessOf(accountId), policy),
    standings: async (accountIds) =>
      (await plans.accessOfAll(accountIds)).map((access) => standingOf(access, policy)),
    list,
    one: async (accountId, feature) => {
      const access = await plans.accessOf(accountId);
      const granted = grantedOf(access, feature, policy);
      if (granted && granted.kind !== 'meter') return entitlementOf(granted, 1);
      const terms = meterTerms(granted, access, await bornAt(deps, accountId, access));
      return judged.entitlement({ key: { accountId, feature }, granted, terms }, 1);
    },
    check: async ({ accountId, feature, amount = 1 }) => {
      const asked = { accountId, feature, onBehalf: true };
      const standpoints = await standpointsOf(deps, [asked]);
      const trouble = standpoints.trouble(asked);
      if (trouble?.kind === 'not-found') throw trouble;
      const entitlement = await judged.entitlement(standpoints.case({ accountId, feature }), amount);
      return trouble ? { ...entitlement, allowed: false, reason: 'suspended' } : entitlement;
    },
    explain: (accountId, feature, asOf) => explain(deps, judged, { accountId, feature, asOf }),
    limitsOf: async (accountId) => numbersOf(await list(accountId)),
    usage: async (accountId) => {
      const usages = await Promise.all((await casesOf(deps, accountId)).map(judged.usage));
      return usages.filter((usage) => usage !== undefined);
    },
    grantsOf: (accountId) => unitOfWork.read(({ grants }) => grants.listOf(accountId)),
    overageOf: (accountId) => unitOfWork.read(({ overages }) => overages.listOf(accountId)),
  };
}

/** Every feature that the plan or the policy grants, and those that only grants feed. */
async function casesOf(deps: EntitlementsDeps, accountId: string): Promise<readonly Case[]> {
  const standpoints = await standpointsOf(deps, [{ accountId, onBehalf: false }]);
  const granted = grantedTo(standpoints.access(accountId), deps.policy).map(({ feature }) => feature);
  const grants = await deps.unitOfWork.read((stores) => stores.grants.listOf(accountId));
  const now = deps.clock.now();
  const given = grants.filter((grant) => isAlive(grant, now)).map(({ feature }) => feature);
  const features = [...new Set([...granted, ...given])];
  return features.map((feature) => standpoints.case({ accountId, feature }));
}

function numbersOf(
  entitlements: readonly Entitlement[],
): Awaited<ReturnType<EntitlementQuestions['limitsOf']>> {
  const numbers = (of: (each: Entitlement) => number | null): Readonly<Record<string, number>> =>
    Object.fromEntries(
      entitlements.flatMap((each) => {
        const number = of(each);
        return number === null ? [] : [[each.feature, number]];
      }),
    );
  return {
    limits: numbers(({ limit }) => limit),
    usage: numbers(({ kind, used }) => (kind === 'meter' ? used : null)),
  };
}
