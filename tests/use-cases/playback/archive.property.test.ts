import { expect } from 'chai';
import fc from 'fast-check';
import { memoryArchive } from '../../../adapters/archive/memory-archive.ts';
import { after, instant, monthsAfter } from '../../../src/kernel/instant.ts';
import { sized } from '../../races/race.ts';
import { openers } from '../../world/stores.ts';
import { person, playbackOn } from '../../world/playback.ts';
import { lay, positionsOf, type Watched } from '../../world/watch-history.ts';

const SUMMER = instant(Date.UTC(2024, 5, 1));
/** June to September 2024 are watched; in 2026 some of it is old, and some is not. */
const MONTHS = 4;

const watched = fc.record({
  month: fc.integer({ min: 0, max: MONTHS - 1 }),
  // Few instants, so that many things begin at the same one.
  offset: fc.integer({ min: 0, max: 5 }),
  kind: fc.constantFrom('stream' as const, 'log' as const),
});
/** What is watched, then how many months have become old, and how many files one sweep may make of them. */
const turn = fc.record({
  watched: fc.array(watched, { maxLength: 15 }),
  old: fc.integer({ min: 0, max: MONTHS }),
  files: fc.integer({ min: 0, max: 3 }),
});

describe('a history, of which any part has moved into any number of files', () => {
  it('is one list, in one order, from every cursor on, and by its months', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(turn, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (turns, limit) => {
          const { unitOfWork } = await openers.memory();
          const archive = memoryArchive();
          const viewer = person();
          const all: Watched[] = [];
          for (const { watched: drawn, old, files } of turns) {
            const added = drawn.map(({ month, offset, kind }, index) => ({
              at: after(monthsAfter(SUMMER, month), offset),
              kind,
              position: all.length + index + 1,
            }));
            await lay(unitOfWork, viewer, added);
            all.push(...added);
            const { playback } = playbackOn(unitOfWork, { startAt: monthsAfter(SUMMER, 13 + old), archive });
            await playback.archiveHistory(files);
          }
          const world = playbackOn(unitOfWork, { archive });
          // Of what began at the same instant the later id comes first, and ids grow.
          const expected = all.toSorted((a, b) => b.at - a.at || b.position - a.position);
          const positions = (of: readonly Watched[]) => of.map(({ position }) => position);
          expect(await positionsOf(world, viewer, { limit, month: null })).to.deep.equal(positions(expected));
          for (let month = 0; month < MONTHS; month += 1) {
            const [from, to] = [monthsAfter(SUMMER, month), monthsAfter(SUMMER, month + 1)];
            const own = expected.filter(({ at }) => at >= from && at < to);
            const asked = { limit, month: `2024-0${6 + month}` };
            expect(await positionsOf(world, viewer, asked)).to.deep.equal(positions(own));
          }
        },
      ),
      { numRuns: sized(1_000, 60) },
    );
  });
});
