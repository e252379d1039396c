import { expect } from 'chai';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import { proving, sized } from '../races/race.ts';
import { DUNNING } from './dunning.ts';
import { inProcess, overRest, play } from './play.ts';
import { TERMS, UNFINISHED } from './terms.ts';
import { WISHES } from './wishes.ts';

const ALL = [...TERMS, ...UNFINISHED, ...DUNNING, ...WISHES];

describe('the life of a subscription, event by event', () => {
  it('is told in at least 25 scenarios', () => {
    expect(ALL).to.have.length.of.at.least(25);
    expect(new Set(ALL.map(({ name }) => name)).size).to.equal(ALL.length);
  });
});

for (const [store, calendar, how] of [
  ['memory', inProcess, 'with the clock turned in process'],
  ['SQLite', overRest, 'with the clock turned over REST'],
  ['Postgres', overRest, 'with the clock turned over REST'],
] as const)
  describe(`the life of a subscription, event by event, on ${store}, ${how}`, function () {
    this.timeout(60_000);
    let world: RunningUsher;
    before(async () => {
      world = await startUsher(store);
    });
    after(() => world.stop());
    // In a hurry a few are enough where the store is all that differs.
    const few = store === 'memory' || proving ? ALL : ALL.filter((_, index) => index % 7 === 1);
    for (const scenario of few) it(scenario.name, () => play(world, scenario, calendar));
  });

describe('the process’s time zone', () => {
  const zone = process.env['TZ'];
  let world: RunningUsher;
  before(async () => {
    world = await startUsher('memory');
  });
  after(async () => {
    await world.stop();
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  for (const elsewhere of ['America/New_York', 'Pacific/Apia', 'Asia/Kathmandu'].slice(0, sized(3, 2)))
    for (const scenario of TERMS.slice(0, sized(TERMS.length, 4)))
      it(`${elsewhere} changes nothing: ${scenario.name}`, async () => {
        process.env['TZ'] = elsewhere;
        expect(new Date(0).getTimezoneOffset()).not.to.equal(0);
        await play(world, scenario, inProcess);
      });
});
