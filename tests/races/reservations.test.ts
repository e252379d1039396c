import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { after, SECOND } from '../../src/kernel/instant.ts';
import { entitlementsOn, holding, ids, metered, NOON } from '../world/entitlements.ts';
import { eventually } from '../world/eventually.ts';
import { figure } from '../world/figures.ts';
import { monotonicMs, pacedClock, type Pace } from '../world/paced-clock.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { chanceOf, seeds, sized, unexpected, wins } from './race.ts';
import type { Client, ReservationSettings, Used } from './reservations.scenario.ts';
import { FEATURE, lineOf, meterOf } from './usage-books.ts';

const scenario = new URL('./reservations.scenario.ts', import.meta.url);
const LIMIT = sized(200, 40);
const CLIENTS = sized(300, 90);
/** A second of the race in milliseconds of the machine: 200. */
const SPEED = 5;
const REFUSED = 'entitlements.limit-reached';

/** Most who commit do so about when their second is over. */
function client(accountId: string, chance: () => number): Client {
  const amount = 1 + Math.floor(chance() * 4);
  const start = { accountId, amount, waitSeconds: chance() * 2 };
  if (chance() < 0.5) return { ...start, does: 'consume' };
  const way = chance();
  return {
    ...start,
    does: 'reserve',
    ends: way < 0.6 ? 'commit' : way < 0.8 ? 'release' : 'never',
    commits: Math.floor(chance() * (amount + 1)),
    holdSeconds: way < 0.3 ? chance() * 0.5 : 0.85 + chance() * 0.2,
  };
}

inEveryArena('units that are set aside, and lapse while others are used', (open) => {
  for (const seed of seeds())
    it(`count as what was used and committed in the end, never over the limit (seed ${seed})`, async () => {
      const granted = metered({ limit: LIMIT });
      const pace: Pace = { from: NOON, sinceMs: monotonicMs(), speed: SPEED };
      const settings: ReservationSettings = { granted, pace };
      const ring: Arena<Client, Used> = await open({ scenario, settings });
      const world = entitlementsOn(ring.unitOfWork, {
        everybody: holding([granted]),
        clock: pacedClock(pace),
      });
      const accountId = ids.next();
      const chance = chanceOf(seed);
      const outcomes = await ring.race(Array.from({ length: CLIENTS }, () => client(accountId, chance)));
      expect(unexpected(outcomes, [REFUSED]).slice(0, 3)).to.deep.equal([]);
      const told = wins(outcomes);
      const units = told.reduce((sum, each) => sum + each.units, 0);
      expect(units).to.be.at.most(LIMIT);

      figure({ 'commits that came too late': told.filter(({ isLate }) => isLate).length });

      // What is still held lapses by itself, before anybody writes it down.
      const lapsed = after(world.now(), SECOND);
      await eventually('the last second is over', async () => {
        await pause(5);
        return world.now() > lapsed;
      });
      const [usage] = await world.entitlements.usage(accountId);
      expect(usage).to.include({ used: units, limit: LIMIT, remaining: LIMIT - units });
      await world.entitlements.expireReservations(10);
      const meter = await meterOf(ring.unitOfWork, accountId);
      expect(meter.used).to.equal(units);
      expect((await lineOf(ring.unitOfWork, accountId))?.meter).to.deep.equal(meter);
      const held = await ring.unitOfWork.read(({ reservations }) =>
        reservations.due([{ accountId, feature: FEATURE }], after(world.now(), 60 * SECOND), 1),
      );
      expect(held.lapsed, 'none is left open').to.deep.equal([]);
    });
});
