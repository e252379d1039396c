import { expect } from 'chai';
import { after, DAY, type Instant } from '../../src/kernel/instant.ts';
import { entitlementsOn, ids, NOON, operator } from '../world/entitlements.ts';
import { inEveryArena } from './arena.ts';
import { chanceOf, seeds, sized } from './race.ts';
import { FEATURE, grantedIn, lineOf, meterOf, settings, toldIn, type Ring } from './usage-books.ts';
import { consumer } from './usage.scenario.ts';

const scenario = new URL('./usage.scenario.ts', import.meta.url);
const PLAN = sized(100, 40);

interface Gift {
  readonly source: 'gift' | 'top_up';
  readonly amount: number;
  readonly priority: number | null;
  readonly expiresAt: Instant | null;
}

/** In the order in which they must burn, the plan's month behind the two gifts. */
const FIRST: readonly Gift[] = [
  { source: 'top_up', amount: 20, priority: 1, expiresAt: null },
  { source: 'gift', amount: 30, priority: null, expiresAt: after(NOON, DAY) },
  { source: 'gift', amount: 17, priority: null, expiresAt: after(NOON, 2 * DAY) },
];
const LAST: Gift = { source: 'top_up', amount: 25, priority: null, expiresAt: null };
const GIFTS = [...FIRST, LAST];
const TOTAL = PLAN + GIFTS.reduce((sum, { amount }) => sum + amount, 0);

inEveryArena('using up what a plan, gifts and top-ups give together', (open) => {
  /** Units used of each source in the order of burning, after so many were asked for at once. */
  async function burnt(asked: number, seed: number) {
    const ring: Ring = await open({ scenario, settings: settings({ limit: PLAN }) });
    const accountId = ids.next();
    const { entitlements, know } = entitlementsOn(ring.unitOfWork);
    know(accountId);
    // Given in another order than they burn in.
    for (const given of GIFTS.toReversed())
      await entitlements.grant({ ...given, actor: operator, accountId, feature: FEATURE });
    const chance = chanceOf(seed);
    const consumers = Array.from({ length: asked }, () => consumer(accountId, { alone: chance() < 0.1 }));
    const told = await toldIn(ring, consumers);
    const grants = (await entitlements.grantsOf(accountId)).toReversed();
    const meter = await meterOf(ring.unitOfWork, accountId);
    const line = await lineOf(ring.unitOfWork, accountId);
    expect(line?.meter.used).to.equal(meter.used);
    expect(line?.grants).to.deep.equal(Object.fromEntries(grants.map(({ id, used }) => [id, used])));
    const used = GIFTS.map(
      ({ amount }) => grants.find((grant) => grant.amount === amount)?.used ?? Number.NaN,
    );
    return { granted: grantedIn(told), used: used.toSpliced(FIRST.length, 0, meter.used) };
  }

  const capacities = GIFTS.map(({ amount }) => amount).toSpliced(FIRST.length, 0, PLAN);
  /** What is used of each source when it is full before the next one is touched. */
  const inOrder = (units: number): readonly number[] => {
    let left = units;
    return capacities.map((capacity) => {
      const taken = Math.min(capacity, left);
      left -= taken;
      return taken;
    });
  };

  for (const seed of seeds())
    it(`gives the plan’s limit and every grant, exactly (seed ${seed})`, async () => {
      const { granted, used } = await burnt(2 * TOTAL, seed);
      expect(granted).to.equal(TOTAL);
      expect(used).to.deep.equal(capacities);
    });

  for (const seed of seeds())
    it(`burns one behind the other (seed ${seed})`, async () => {
      const asked = Math.floor(chanceOf(seed)() * TOTAL);
      const { granted, used } = await burnt(asked, seed);
      expect(granted).to.equal(asked);
      expect(used).to.deep.equal(inOrder(asked));
    });
});
