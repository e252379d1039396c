import { expect } from 'chai';
import { instant } from '../../src/kernel/instant.ts';
import type { Granted, Meter, MeterStore, UsageEntry } from '../../src/entitlements/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { metered } from '../world/entitlements.ts';
import type { Arena } from './arena.ts';
import { unexpected, wins } from './race.ts';
import type { Consumer, Told, UsageSettings } from './usage.scenario.ts';

export type Ring = Arena<Consumer, readonly Told[]>;
type Meters = UnitOfWork<{ readonly meters: MeterStore }>;

export const FEATURE = 'api_calls';
const AT_LAST = instant(Number.MAX_SAFE_INTEGER);

export const settings = (granted: Partial<Granted>, changes: Partial<UsageSettings> = {}): UsageSettings => ({
  granted: metered(granted),
  time: 'noon',
  naive: false,
  ...changes,
});

/** What everybody was told, when nothing went wrong but limits that were reached. */
export async function toldIn(ring: Ring, consumers: readonly Consumer[]): Promise<readonly Told[]> {
  const outcomes = await ring.race(consumers);
  // The first of them tell enough.
  expect(unexpected(outcomes, []).slice(0, 3)).to.deep.equal([]);
  return wins(outcomes).flat();
}

export const grantedIn = (told: readonly Told[]): number =>
  told.reduce((sum, each) => sum + ('granted' in each ? each.granted : 0), 0);

export async function meterOf(unitOfWork: Meters, accountId: string): Promise<Meter> {
  const [meter] = await unitOfWork.read(({ meters }) => meters.find([{ accountId, feature: FEATURE }]));
  if (!meter) throw new Error(`nothing was used of the meter of ${accountId}`);
  return meter;
}

/** The line of the log that was the newest at an instant; by default of all. */
export const lineOf = (
  unitOfWork: Meters,
  accountId: string,
  at = AT_LAST,
): Promise<UsageEntry | undefined> =>
  unitOfWork.read(({ meters }) => meters.entryAt({ accountId, feature: FEATURE }, at));
