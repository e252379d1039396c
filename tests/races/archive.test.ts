import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, DAY, instant, MINUTE } from '../../src/kernel/instant.ts';
import { fileArchive } from '../../adapters/archive/file-archive.ts';
import { person, playbackOn } from '../world/playback.ts';
import { everyArchive, filesBelow, lay, positionsOf, type Watched } from '../world/watch-history.ts';
import { inEveryArena } from './arena.ts';
import type { ArchiveContender, ArchiveSettings, Sights } from './archive.scenario.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, unexpected, wins } from './race.ts';

const scenario = new URL('./archive.scenario.ts', import.meta.url);
const BEGINNING = instant(Date.UTC(2024, 0, 1));
const NOW = instant(Date.UTC(2026, 1, 10));
const MONTHS = sized(12, 6);
const WATCHED = Array.from({ length: MONTHS * 6 }, (_, index): Watched => ({
  at: after(BEGINNING, index * 5 * DAY),
  kind: 'stream',
  position: index + 1,
}));
const ALL = WATCHED.map(({ position }) => position).toReversed();
/** Another sweep, or one behind it, may have been there first. */
const EXPECTED = ['service.busy'];

const contenders = (seed: number): readonly ArchiveContender[] =>
  shuffled(
    [
      ...Array.from({ length: 6 }, (): ArchiveContender => ({ kind: 'sweeper' })),
      ...Array.from({ length: 6 }, (_, index): ArchiveContender => ({
        kind: 'reader',
        limit: 4 + index * 5,
        times: sized(20, 6),
      })),
    ],
    seed,
  );

inEveryArena('archiving a history while it is read', (open) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-archive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function raced(seed: number, naive: boolean) {
    const viewer = person();
    const settings: ArchiveSettings = { viewer, now: NOW, folder, naive };
    const arena = await open<ArchiveContender, Sights>({ scenario, settings });
    await lay(arena.unitOfWork, viewer, WATCHED);
    const outcomes = await arena.race(contenders(seed));
    const sights = wins(outcomes).flat();
    return { arena, viewer, outcomes, wrong: sights.filter((sight) => String(sight) !== String(ALL)) };
  }

  it('shows gaps when rows go before their file is there (the naive variant)', async () => {
    const broken = await breaksOnSomeSeed(async (seed) => (await raced(seed, true)).wrong.length > 0);
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`shows everything once at every moment, and keeps each row in one file (seed ${seed})`, async () => {
      const { arena, viewer, outcomes, wrong } = await raced(seed, false);
      expect(unexpected(outcomes, EXPECTED)).to.deep.equal([]);
      expect(wrong).to.deep.equal([]);
      const { unitOfWork } = arena;
      const archive = fileArchive(folder);
      const later = playbackOn(unitOfWork, { startAt: after(NOW, 16 * MINUTE), archive });
      while ((await later.playback.archiveHistory(10)).done > 0);
      expect(await positionsOf(later, viewer, { limit: 100, month: null })).to.deep.equal(ALL);
      const kept = await everyArchive(unitOfWork, viewer.accountId);
      expect(kept.reduce((sum, { viewings }) => sum + viewings, 0)).to.equal(WATCHED.length);
      const names = kept.map(({ id, month }) => `${month}.${id}.jsonl.gz`).sort();
      expect(await filesBelow(folder)).to.deep.equal(names);
    });
});
