import { DomainError } from '../kernel/domain-error.ts';
import type { Balance } from './burn.ts';
import type { EntitlementsDeps } from './deps.ts';
import { explain } from './explain.ts';
import type { EntitlementQuestions } from './face.ts';
import { entitlementOf, grantedOf, grantedTo, notGranted, standingOf, type Entitlement } from './feature.ts';
import { isAlive } from './grant.ts';
import { MeterLedger } from './meter-ledger.ts';
import { keyOf, type MeterKey, type MeterTerms } from './meter.ts';
import { standpointsOf, type Standpoints } from './standpoints.ts';
import { storedMeters, type StoredMeter } from './stored-meter.ts';
import { isFed, meterEntitlement, usageOf, type Usage } from './usage.ts';

export function entitlementQuestions(deps: EntitlementsDeps): EntitlementQuestions {
  const { unitOfWork, plans, policy, clock } = deps;
  const stored = storedReader(deps);

  const balanceOf = async (key: MeterKey, terms: MeterTerms): Promise<Balance> => {
    const found = await stored(keyOf(key));
    return new MeterLedger([{ ...key, terms }], new Map([[keyOf(key), found]]), clock.now()).balance(key);
  };
  const judged = async (standpoints: Standpoints, key: MeterKey, units: number): Promise<Entitlement> => {
    const granted = standpoints.granted(key);
    if (granted && granted.kind !== 'meter') return entitlementOf(granted, units);
    const terms = standpoints.meterTerms(key, granted);
    return meterEntitlement(await balanceOf(key, terms), { terms, units, now: clock.now() });
  };
  /** Features that only grants feed, beside those that the plan or the policy grants. */
  const featuresOf = async (accountId: string, standpoints: Standpoints): Promise<readonly string[]> => {
    const granted = grantedTo(standpoints.access(accountId), policy).map(({ feature }) => feature);
    const grants = await unitOfWork.read((stores) => stores.grants.listOf(accountId));
    const now = clock.now();
    const given = grants.filter((grant) => isAlive(grant, now)).map(({ feature }) => feature);
    return [...new Set([...granted, ...given])];
  };
  const list = async (accountId: string): Promise<readonly Entitlement[]> => {
    const standpoints = await standpointsOf(deps, [{ accountId, onBehalf: false }]);
    const features = await featuresOf(accountId, standpoints);
    return Promise.all(features.map((feature) => judged(standpoints, { accountId, feature }, 1)));
  };
  const usage = async (accountId: string): Promise<readonly Usage[]> => {
    const standpoints = await standpointsOf(deps, [{ accountId, onBehalf: false }]);
    const now = clock.now();
    const usages = (await featuresOf(accountId, standpoints)).map(async (feature) => {
      const key = { accountId, feature };
      const granted = standpoints.granted(key);
      if (granted && granted.kind !== 'meter') return [];
      const terms = standpoints.meterTerms(key, granted);
      const balance = await balanceOf(key, terms);
      return isFed(balance, terms, now) ? [usageOf(balance, terms, now)] : [];
    });
    return (await Promise.all(usages)).flat();
  };

  return {
    standing: async (accountId) => standingOf(await plans.accessOf(accountId), policy),
    standings: async (accountIds) =>
      (await plans.accessOfAll(accountIds)).map((access) => standingOf(access, policy)),
    list,
    usage,
    one: async (accountId, feature) => {
      const granted = grantedOf(await plans.accessOf(accountId), feature, policy);
      if (granted && granted.kind !== 'meter') return entitlementOf(granted, 1);
      const standpoints = await standpointsOf(deps, [{ accountId, onBehalf: false }]);
      return judged(standpoints, { accountId, feature }, 1);
    },
    check: async ({ accountId, feature, amount = 1 }) => {
      const asked = { accountId, feature, onBehalf: true };
      const standpoints = await standpointsOf(deps, [asked]);
      const trouble = standpoints.trouble(asked);
      if (trouble instanceof DomainError && trouble.kind === 'not-found') throw trouble;
      if (trouble) return notGranted(feature, 'suspended');
      return judged(standpoints, asked, amount);
    },
    explain: (accountId, feature, asOf) => explain(deps, { accountId, feature, asOf, balanceOf }),
    limitsOf: async (accountId) => {
      const entitlements = await list(accountId);
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
    },
    grantsOf: (accountId) => unitOfWork.read(({ grants }) => grants.listOf(accountId)),
    overageOf: (accountId) => unitOfWork.read(({ overages }) => overages.listOf(accountId)),
  };
}

/** What is stored of a meter, by its `keyOf`: the meters that are asked for together are read together. */
function storedReader({
  unitOfWork,
  clock,
  batched,
}: EntitlementsDeps): (key: string) => Promise<StoredMeter> {
  const load = async (keys: readonly string[]): Promise<readonly StoredMeter[]> => {
    const found = await unitOfWork.read((stores) =>
      storedMeters(stores, keys.map(keyIn), { now: clock.now(), hold: false }),
    );
    return keys.map((key) => found.get(key) as StoredMeter);
  };
  return batched ? batched(load) : async (key) => (await load([key]))[0] as StoredMeter;
}

/** The other way round of `keyOf`: neither part has a space. */
const keyIn = (key: string): MeterKey => {
  const space = key.indexOf(' ');
  return { accountId: key.slice(0, space), feature: key.slice(space + 1) };
};
