import { expect } from 'chai';
import { instant } from '../../src/kernel/instant.ts';
import type { Meter, UsageEntry } from '../../src/entitlements/index.ts';
import { ids, metered } from '../world/entitlements.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { breaksOnSomeSeed, chanceOf, seeds, shuffled, sized, unexpected, wins } from './race.ts';
import { consumer, type Consumer, type Told, type UsageSettings } from './usage.scenario.ts';

const scenario = new URL('./usage.scenario.ts', import.meta.url);
const LIMIT = sized(1_000, 200);
const CONTENDERS = 5 * LIMIT;
const FEATURE = 'api_calls';

type Ring = Arena<Consumer, readonly Told[]>;

const settings = (limit: number, naive = false): UsageSettings => ({
  granted: metered({ limit }),
  time: 'noon',
  naive,
});

/** The meter and the newest line of its log, after the race. */
async function stored({ unitOfWork }: Ring, accountId: string): Promise<readonly [Meter?, UsageEntry?]> {
  const key = { accountId, feature: FEATURE };
  return unitOfWork.read(async ({ meters }) => {
    const [meter] = await meters.find([key]);
    const entry = await meters.entryAt(key, instant(Number.MAX_SAFE_INTEGER));
    return [...(meter ? [meter] : []), ...(entry ? [entry] : [])] as [Meter?, UsageEntry?];
  });
}

const grantedIn = (told: readonly Told[]): number =>
  told.reduce((sum, each) => sum + ('granted' in each ? each.granted : 0), 0);

inEveryArena('using up one meter at once', (open) => {
  async function raced(ring: Ring, consumers: readonly Consumer[]) {
    const outcomes = await ring.race(consumers);
    expect(unexpected(outcomes, [])).to.deep.equal([]);
    return wins(outcomes).flat();
  }

  it('gives more than the limit, or loses units, when it is read before it is written (the naive variant)', async () => {
    const limit = 100;
    const ring: Ring = await open({ scenario, settings: settings(limit, true) });
    const broken = await breaksOnSomeSeed(async () => {
      const accountId = ids.next();
      const outcomes = await ring.race(Array.from({ length: 3 * limit }, () => consumer(accountId)));
      const granted = grantedIn(wins(outcomes).flat());
      const [meter] = await stored(ring, accountId);
      return granted > limit || granted !== meter?.used;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`grants ${LIMIT} of ${CONTENDERS} units, exactly (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings(LIMIT) });
      const accountId = ids.next();
      const told = await raced(
        ring,
        Array.from({ length: CONTENDERS }, () => consumer(accountId)),
      );
      const counts = told.flatMap((each) => ('granted' in each ? each.usage.used : []));
      expect(
        counts.sort((a, b) => a - b),
        'each unit is told once',
      ).to.deep.equal(Array.from({ length: LIMIT }, (_, index) => index + 1));
      const [meter, entry] = await stored(ring, accountId);
      expect([meter?.used, entry?.meter.used]).to.deep.equal([LIMIT, LIMIT]);
      expect(entry?.meter, 'the log ends with the meter as it is').to.deep.equal(meter);
    });

  for (const seed of seeds())
    it(`grants no more than the limit by amounts of 1 to 7, and all that fitted (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings(LIMIT) });
      const chance = chanceOf(seed);
      const accountId = ids.next();
      const told = await raced(
        ring,
        Array.from({ length: LIMIT }, () =>
          consumer(accountId, { amount: 1 + Math.floor(chance() * 7), alone: chance() < 0.1 }),
        ),
      );
      const [meter, entry] = await stored(ring, accountId);
      const granted = grantedIn(told);
      expect(granted).to.be.at.most(LIMIT);
      expect([meter?.used, entry?.meter.used]).to.deep.equal([granted, granted]);
      // What is left only shrinks: whatever was refused fits even less at the end.
      const refused = told.flatMap((each) => ('refused' in each ? [each] : []));
      expect(refused.filter((each) => each.refused <= LIMIT - granted)).to.deep.equal([]);
      expect(refused.filter((each) => each.refused <= each.remaining)).to.deep.equal([]);
    });

  for (const seed of seeds())
    it(`gives each of many accounts its own limit at once (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings(20) });
      const accounts = Array.from({ length: sized(200, 40) }, () => ids.next());
      const consumers = accounts.flatMap((accountId) =>
        Array.from({ length: 4 }, () => consumer(accountId, { times: 10 })),
      );
      const dealt = shuffled(consumers, seed);
      const outcomes = await ring.race(dealt);
      expect(unexpected(outcomes, [])).to.deep.equal([]);
      const granted = new Map(accounts.map((accountId) => [accountId, 0]));
      for (const [index, told] of wins(outcomes).entries()) {
        const { accountId } = dealt[index] as Consumer;
        granted.set(accountId, (granted.get(accountId) ?? 0) + grantedIn(told));
      }
      expect([...granted.values()].filter((units) => units !== 20)).to.deep.equal([]);
      const meters = await ring.unitOfWork.read((stores) =>
        stores.meters.find(accounts.map((accountId) => ({ accountId, feature: FEATURE }))),
      );
      expect(meters.map(({ used }) => used)).to.deep.equal(accounts.map(() => 20));
    });
});
