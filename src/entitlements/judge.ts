import type { Instant } from '../kernel/instant.ts';
import type { Balance } from './burn.ts';
import type { EntitlementsDeps } from './deps.ts';
import { entitlementOf, type Entitlement } from './feature.ts';
import type { Granted } from './granted.ts';
import { MeterLedger } from './meter-ledger.ts';
import { keyOf, type MeterKey, type MeterTerms } from './meter.ts';
import { isFed, meterEntitlement, usageOf } from './reckon.ts';
import { storedMeters, type StoredMeter } from './stored-meter.ts';
import type { Usage } from './usage.ts';

/** A feature of an account, and what is said of it. */
export interface Case {
  readonly key: MeterKey;
  readonly granted: Granted | undefined;
  readonly terms: MeterTerms;
}

/** A meter with what feeds it, all of it as it stood at one instant. */
export interface BalanceAt {
  readonly balance: Balance;
  readonly at: Instant;
}

/** Answers by what is said of a feature, and what is stored of its meter. Changes nothing. */
export interface Judge {
  /** A meter as it stands now, with what lapsed given back. */
  balance(key: MeterKey, terms: MeterTerms): Promise<BalanceAt>;
  /** Whether so many units may be used. */
  entitlement(of: Case, units: number): Promise<Entitlement>;
  /** How much is used and left; undefined for what is no meter, or is fed by nothing. */
  usage(of: Case): Promise<Usage | undefined>;
}

export function judge(deps: EntitlementsDeps): Judge {
  const stored = storedReader(deps);
  const balanceAt = async (key: MeterKey, terms: MeterTerms): Promise<BalanceAt> => {
    const found = await stored(keyOf(key));
    // Judged when it was read: by now the day may have turned without what lapsed before.
    const ledger = new MeterLedger([{ ...key, terms }], new Map([[keyOf(key), found]]), found.at);
    return { balance: ledger.balance(key), at: ledger.now(key) };
  };
  return {
    balance: balanceAt,
    entitlement: async (of, units) => {
      if (isOtherFeature(of.granted)) return entitlementOf(of.granted, units);
      const { balance, at } = await balanceAt(of.key, of.terms);
      return meterEntitlement(balance, { terms: of.terms, units, now: at });
    },
    usage: async ({ key, granted, terms }) => {
      if (isOtherFeature(granted)) return undefined;
      const { balance, at } = await balanceAt(key, terms);
      return isFed(balance, terms, at) ? usageOf(balance, terms, at) : undefined;
    },
  };
}

/** A flag or a limit. */
const isOtherFeature = (granted: Granted | undefined): granted is Granted =>
  granted !== undefined && granted.kind !== 'meter';

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
