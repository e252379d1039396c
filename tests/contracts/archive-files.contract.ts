import { expect } from 'chai';
import { after, SECOND } from '../../src/kernel/instant.ts';
import type { ArchiveFiles, ArchivePlace, Viewing } from '../../src/playback/index.ts';
import { ALICE, BOB, FILM, nextId, NOW } from './playback.fixtures.ts';

const placeOf = (changes: Partial<ArchivePlace> = {}): ArchivePlace => ({
  id: nextId(),
  accountId: ALICE,
  month: '2026-01',
  ...changes,
});

const viewingOf = (second: number, changes: Partial<Viewing> = {}): Viewing => ({
  id: nextId(),
  titleId: FILM,
  title: 'Metropolis',
  state: 'completed',
  positionSeconds: 12.345,
  durationSeconds: 5_400.5,
  watchedSeconds: 60.25,
  startedAt: after(NOW, second * SECOND),
  lastWatchedAt: after(NOW, (second + 1) * SECOND),
  ...changes,
});

/** The laws of a place where old months of the watch history lie. */
export function archiveFilesContract(open: () => Promise<ArchiveFiles>): void {
  let files: ArchiveFiles;
  beforeEach(async () => {
    files = await open();
  });

  it('gives back what was put, to the last field and in its order', async () => {
    const odd = { title: 'Zwölf "Uhr"\n\u2028 \ud83c\udf9e \\ mittags', state: 'paused' } as const;
    const viewings = [
      viewingOf(2),
      viewingOf(0, { ...odd, durationSeconds: null, watchedSeconds: null }),
      viewingOf(1, { state: 'started', positionSeconds: 0 }),
    ];
    const place = placeOf();
    await files.put(place, viewings);
    expect(await files.get(place)).to.deep.equal(viewings);
  });

  it('has nothing where nothing was put', async () => {
    expect(await files.get(placeOf())).to.equal(undefined);
    await files.remove(placeOf());
    await files.erase(nextId());
  });

  it('replaces what an interrupted attempt may have put', async () => {
    const place = placeOf();
    await files.put(place, [viewingOf(0)]);
    const second = [viewingOf(1), viewingOf(2)];
    await files.put(place, second);
    expect(await files.get(place)).to.deep.equal(second);
  });

  it('keeps the archives of one month apart, and removes one, also twice', async () => {
    const [one, two] = [placeOf(), placeOf()];
    const viewings = [[viewingOf(0)], [viewingOf(1)]] as const;
    await files.put(one, viewings[0]);
    await files.put(two, viewings[1]);
    await files.remove(one);
    await files.remove(one);
    expect(await files.get(one)).to.equal(undefined);
    expect(await files.get(two)).to.deep.equal(viewings[1]);
  });

  it('erases everything of one account, and can be put to again', async () => {
    const [first, second] = [placeOf(), placeOf({ month: '2025-12' })];
    const foreign = placeOf({ accountId: BOB });
    for (const place of [first, second, foreign]) await files.put(place, [viewingOf(0)]);
    await files.erase(ALICE);
    await files.erase(ALICE);
    expect([await files.get(first), await files.get(second)]).to.deep.equal([undefined, undefined]);
    expect(await files.get(foreign)).to.have.length(1);
    await files.put(first, [viewingOf(0)]);
    expect(await files.get(first)).to.have.length(1);
  });

  it('holds thousands of viewings', async () => {
    const place = placeOf();
    const viewings = Array.from({ length: 5_000 }, (_, second) => viewingOf(second));
    await files.put(place, viewings);
    expect(await files.get(place)).to.deep.equal(viewings);
  });
}
