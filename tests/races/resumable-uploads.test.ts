import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLocalStorage } from '../../adapters/media/local-storage.ts';
import { HOUR } from '../../src/kernel/instant.ts';
import { catalogWorld, CLIP, type CatalogWorld } from '../world/catalog.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { breaksOnSomeSeed, hasWon, seeds, shuffled, sized, unexpected, wins, type Outcome } from './race.ts';
import type { Sent, UploadSettings } from './resumable-uploads.scenario.ts';

const scenario = new URL('./resumable-uploads.scenario.ts', import.meta.url);
const HALF = 200_000;
/** What makes it a film, in the first half. */
const HEAD = CLIP.toString('latin1', 0, 600);
const letters = Array.from({ length: sized(24, 8) }, (_, index) => String.fromCharCode(65 + index));

inEveryArena('going on with one upload by many at once', (open) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-upload-race-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A race of both halves, one after the other; what was counted is read back from the disk. */
  const raced = async (naive: boolean, seed: number) => {
    const id = crypto.randomUUID();
    const settings: UploadSettings = { naive, folder, id, accountId: 'ada' };
    const arena = await open<Sent, number>({ scenario, settings });
    const world = await begun(arena, folder, id);
    const half = (index: number): Promise<readonly Outcome<number>[]> =>
      arena.race(
        shuffled(letters, seed).map((letter) => ({
          offset: index * HALF,
          head: index === 0 ? HEAD : '',
          letter,
          bytes: HALF,
        })),
      );
    const [first, second] = [await half(0), await half(1)];
    const told = [first, second].map((outcomes) =>
      shuffled(letters, seed).filter((_, index) => {
        const outcome = outcomes[index];
        return outcome !== undefined && hasWon(outcome);
      }),
    );
    return { id, world, outcomes: [...first, ...second], told };
  };

  /** Which letters lie in each half. */
  const lettersIn = (bytes: Buffer): readonly string[] => [
    [...new Set(bytes.toString('latin1', HEAD.length, HALF))].join(''),
    [...new Set(bytes.toString('latin1', HALF))].join(''),
  ];

  it('mixes what they send when they share a file and guard the row alone (the naive variant)', async () => {
    const broken = await breaksOnSomeSeed(async (seed) => {
      const { id, told } = await raced(true, seed);
      const bytes = await readFile(join(folder, 'pieces', `${id}-piece`));
      return bytes.length !== 2 * HALF || lettersIn(bytes).join() !== told.flat().join();
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`counts what one of them sends, whole, and tells that one alone (seed ${seed})`, async () => {
      const { id, world, outcomes, told } = await raced(false, seed);
      expect(told.map(({ length }) => length)).to.deep.equal([1, 1]);
      expect(wins(outcomes)).to.deep.equal([HALF, 2 * HALF]);
      const losses = [
        'catalog.upload-offset-mismatch',
        'catalog.upload-taken-over',
        'catalog.upload-too-large',
      ];
      expect(unexpected(outcomes, losses)).to.deep.equal([]);
      const bytes = await readFile(join(folder, 'files', id));
      expect(bytes.length).to.equal(2 * HALF);
      expect(lettersIn(bytes)).to.deep.equal(told.flat());
      world.advance(48 * HOUR);
      while ((await world.catalog.removeDueFiles(100)).done > 0);
      const left = await Promise.all(
        ['incoming', 'pieces', 'files'].map((each) => readdir(join(folder, each))),
      );
      expect(left.flat()).to.deep.equal([id]);
    });
});

/** A title whose film of two halves has begun to come, under an id that the contenders know. */
async function begun({ unitOfWork }: Arena<Sent, number>, folder: string, id: string): Promise<CatalogWorld> {
  const storage = await openLocalStorage(folder);
  const ids = [crypto.randomUUID(), id];
  const world = catalogWorld(unitOfWork, {
    storage,
    ids: { next: () => ids.shift() ?? crypto.randomUUID() },
  });
  const title = await world.title();
  const wanted = {
    titleId: title.id,
    kind: 'media',
    accountId: 'ada',
    lengthBytes: 2 * HALF,
    metadata: '',
  } as const;
  await world.catalog.beginResumableUpload(wanted);
  return world;
}
