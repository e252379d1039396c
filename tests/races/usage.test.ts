import { expect } from 'chai';
import { ids } from '../world/entitlements.ts';
import { inEveryArena } from './arena.ts';
import { breaksOnSomeSeed, chanceOf, seeds, shuffled, sized, unexpected, wins } from './race.ts';
import { FEATURE, grantedIn, lineOf, meterOf, settings, toldIn, type Ring } from './usage-books.ts';
import { consumer, type Consumer } from './usage.scenario.ts';

const scenario = new URL('./usage.scenario.ts', import.meta.url);
const LIMIT = sized(1_000, 100);
const CONTENDERS = 5 * LIMIT;

inEveryArena('using up one meter at once', (open) => {
  it('gives more than the limit, or loses units, when it is read before it is written (the naive variant)', async () => {
    const limit = 40;
    const ring: Ring = await open({ scenario, settings: settings({ limit }, { naive: true }) });
    const broken = await breaksOnSomeSeed(async () => {
      const accountId = ids.next();
      const outcomes = await ring.race(Array.from({ length: 3 * limit }, () => consumer(accountId)));
      const granted = grantedIn(wins(outcomes).flat());
      const { used } = await meterOf(ring.unitOfWork, accountId);
      return granted > limit || granted !== used;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`grants ${LIMIT} of ${CONTENDERS} units, exactly (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings({ limit: LIMIT }) });
      const accountId = ids.next();
      const consumers = Array.from({ length: CONTENDERS }, () => consumer(accountId));
      const told = await toldIn(ring, consumers);
      const counts = told.flatMap((each) => ('granted' in each ? each.usage.used : []));
      const inOrder = counts.sort((a, b) => a - b);
      expect(inOrder, 'each unit is told once').to.deep.equal(
        Array.from({ length: LIMIT }, (_, index) => index + 1),
      );
      const meter = await meterOf(ring.unitOfWork, accountId);
      expect(meter.used).to.equal(LIMIT);
      const line = await lineOf(ring.unitOfWork, accountId);
      expect(line?.meter, 'the log ends with the meter as it is').to.deep.equal(meter);
    });

  for (const seed of seeds())
    it(`grants no more than the limit by amounts of 1 to 7, and all that fitted (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings({ limit: LIMIT }) });
      const chance = chanceOf(seed);
      const accountId = ids.next();
      const consumers = Array.from({ length: LIMIT }, () =>
        consumer(accountId, { amount: 1 + Math.floor(chance() * 7), alone: chance() < 40 / LIMIT }),
      );
      const told = await toldIn(ring, consumers);
      const granted = grantedIn(told);
      expect(granted).to.be.at.most(LIMIT);
      const meter = await meterOf(ring.unitOfWork, accountId);
      const line = await lineOf(ring.unitOfWork, accountId);
      expect([meter.used, line?.meter.used]).to.deep.equal([granted, granted]);
      // What is left only shrinks: whatever was refused fits even less at the end.
      const refused = told.flatMap((each) => ('refused' in each ? [each] : []));
      expect(refused.filter((each) => each.refused <= LIMIT - granted)).to.deep.equal([]);
      expect(refused.filter((each) => each.refused <= each.remaining)).to.deep.equal([]);
    });

  for (const seed of seeds())
    it(`gives each of many accounts its own limit at once (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings({ limit: 20 }) });
      const accounts = Array.from({ length: sized(200, 40) }, () => ids.next());
      const consumers = accounts.flatMap((accountId) =>
        Array.from({ length: 4 }, () => consumer(accountId, { times: 10 })),
      );
      const dealt = shuffled(consumers, seed);
      const outcomes = await ring.race(dealt);
      expect(unexpected(outcomes, []).slice(0, 3)).to.deep.equal([]);
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
