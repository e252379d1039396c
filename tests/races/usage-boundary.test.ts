import { expect } from 'chai';
import { after, before, DAY, instant, toRfc3339, type Instant } from '../../src/kernel/instant.ts';
import { ids } from '../world/entitlements.ts';
import { inEveryArena } from './arena.ts';
import { chanceOf, seeds, sized } from './race.ts';
import { grantedIn, lineOf, meterOf, settings, toldIn, type Ring } from './usage-books.ts';
import { consumer, type Consumer, type Told } from './usage.scenario.ts';

const scenario = new URL('./usage.scenario.ts', import.meta.url);
const LIMIT = sized(200, 40);
const CONTENDERS = sized(1_600, 320);
/** Each has a connection of its own: a crowd of them would wait longer for one than is allowed. */
const ALONE = 80;
/** From the start of the race: the day turns in the middle of the crowd. */
const TURNS_AFTER_MS = 150;

/** They come over twice that time, most of them around the turn. */
function crowd(accountId: string, turnsAt: Instant, seed: number): readonly Consumer[] {
  const chance = chanceOf(seed);
  return Array.from({ length: CONTENDERS }, () => {
    const waitMs = TURNS_AFTER_MS * (chance() + chance());
    return consumer(accountId, {
      waitMs,
      anchor: before(turnsAt, DAY),
      alone: chance() < ALONE / CONTENDERS,
    });
  });
}

inEveryArena('using up a meter while its day turns', (open) => {
  for (const seed of seeds())
    it(`gives each day its limit and no more (seed ${seed})`, async () => {
      const granted = { limit: LIMIT, per: 'day' } as const;
      const ring: Ring = await open({ scenario, settings: settings(granted, { time: 'real' }) });
      const accountId = ids.next();
      const turnsAt = instant(Date.now() + TURNS_AFTER_MS);
      const told = await toldIn(ring, crowd(accountId, turnsAt, seed));
      const dayOf = (end: Instant): readonly Told[] =>
        told.filter((each) =>
          'granted' in each ? each.usage.resetsAt === end : each.resetsAt === toRfc3339(end),
        );
      const days = [dayOf(turnsAt), dayOf(after(turnsAt, DAY))] as const;
      expect(days[0].length + days[1].length, 'all name one of the two days').to.equal(CONTENDERS);
      expect(days[1], 'the day did turn').to.have.length.greaterThan(0);
      // Each unit is one: a day on which anybody was refused is full.
      const full = days.map((day) => Math.min(day.length, LIMIT));
      expect(days.map(grantedIn)).to.deep.equal(full);
      const meter = await meterOf(ring.unitOfWork, accountId);
      expect(meter).to.include({ used: full[1], periodStart: turnsAt });
      const yesterday = await lineOf(ring.unitOfWork, accountId, before(turnsAt, 1));
      expect(yesterday?.meter.used ?? 0, 'the log, at the end of the first day').to.equal(full[0]);
      const line = await lineOf(ring.unitOfWork, accountId);
      expect(line?.meter).to.deep.equal(meter);
    });
});
