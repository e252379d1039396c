import { expect } from 'chai';
import { memoryArchive } from '../../../adapters/archive/memory-archive.ts';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { after, DAY, instant, MINUTE, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { ArchiveFiles, PlayableTitle } from '../../../src/playback/index.ts';
import { film, person, playbackOn, type PlaybackWorld } from '../../world/playback.ts';
import { onEveryStore } from '../../world/stores.ts';
import { everyArchive, pagesOf } from '../../world/watch-history.ts';

const LONG_AGO = instant(Date.UTC(2024, 10, 29, 22));
/** The running month and the thirteen before it stay: November and December 2024 are old. */
const TODAY = instant(Date.UTC(2026, 1, 10));

onEveryStore('old months of the watch history', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  let files: ArchiveFiles;
  const viewer = person();
  beforeEach(async () => {
    unitOfWork = await open();
    files = memoryArchive();
  });
  const worldAt = (startAt: Instant, archive = files): PlaybackWorld =>
    playbackOn(unitOfWork, { startAt, archive });
  const show = (world: PlaybackWorld, titles: readonly PlayableTitle[]): PlaybackWorld => {
    for (const title of titles) world.show(title);
    return world;
  };
  const [first, second] = [film({ title: 'first' }), film({ title: 'second' })];
  const titles = [first, second];

  /** Watches titles in turn from November 2024 to March 2025, a stream and a logged watch every tenth day. */
  async function watchForMonths(actor = viewer): Promise<void> {
    const world = show(worldAt(LONG_AGO), titles);
    for (let turn = 0; turn < 12; turn += 1) {
      const title = titles[turn % 2] ?? first;
      const { stream } = await world.start(actor, title, { device: 'tv' });
      const speaker = { actor, token: null, streamId: stream.id };
      world.pass(30);
      await world.playback.stop({ ...speaker, positionSeconds: 100 * turn + 30 });
      const log = { actor, titleId: title.id, event: 'paused', positionSeconds: 100 * turn + 50 } as const;
      await world.playback.logWatch(log);
      world.pass((10 * DAY) / SECOND);
    }
  }

  /** Everything that an account sees of what it watched. */
  async function seen(world: PlaybackWorld, actor = viewer): Promise<unknown> {
    const months = ['2024-11', '2024-12', '2025-01', '2025-03', '2026-02'];
    return {
      pages: await Promise.all([1, 5, 100].map((limit) => pagesOf(world, actor, { limit, month: null }))),
      months: await Promise.all(months.map((month) => pagesOf(world, actor, { limit: 3, month }))),
      recent: await world.playback.recentlyWatched(actor, 50),
      unfinished: await world.playback.continueWatching(actor, { limit: 50 }),
    };
  }
  const rowsLeft = (actor = viewer) =>
    unitOfWork.read(async ({ streams, watchLog }) => ({
      streams: (await streams.reportedOf(actor.accountId, { limit: 100 })).items.length,
      entries: (await watchLog.of(actor.accountId, { limit: 100 })).items.length,
    }));
  const monthsArchived = async (actor = viewer): Promise<readonly string[]> =>
    (await everyArchive(unitOfWork, actor.accountId)).map(({ month }) => month);

  it('go into files, and the list, its pages, its months and the shelves stay what they were', async () => {
    await watchForMonths();
    const world = show(worldAt(TODAY), titles);
    const before = await seen(world);
    expect(await world.playback.archiveHistory(100)).to.deep.equal({ done: 2 });
    expect(await seen(world)).to.deep.equal(before);
    expect(await monthsArchived()).to.deep.equal(['2024-12', '2024-11']);
    expect(await rowsLeft()).to.deep.equal({ streams: 8, entries: 8 });
    expect(await world.playback.archiveHistory(100)).to.deep.equal({ done: 0 });
  });

  it('stay until their time is over: the running month and thirteen whole ones', async () => {
    await watchForMonths();
    const newYear = instant(Date.UTC(2026, 0, 1));
    const archivedAt = async (at: Instant): Promise<number> =>
      (await worldAt(at).playback.archiveHistory(100)).done;
    expect(await archivedAt(after(newYear, -1))).to.equal(0);
    expect(await archivedAt(newYear)).to.equal(1);
    expect(await monthsArchived()).to.deep.equal(['2024-11']);
    const brief = playbackOn(unitOfWork, { startAt: newYear, archive: files, policy: { historyMonths: 9 } });
    expect(await brief.playback.archiveHistory(100)).to.deep.equal({ done: 4 });
    expect((await monthsArchived()).at(0)).to.equal('2025-03');
  });

  it('are taken so many at a time, oldest first, of every account', async () => {
    const other = person();
    await watchForMonths();
    await watchForMonths(other);
    const { playback } = worldAt(TODAY);
    const done = async (): Promise<number> => (await playback.archiveHistory(3)).done;
    expect([await done(), await done(), await done()]).to.deep.equal([3, 1, 0]);
    for (const actor of [viewer, other])
      expect(await monthsArchived(actor)).to.deep.equal(['2024-12', '2024-11']);
  });

  it('leave behind where every title is resumed, though only its stream carried that', async () => {
    const past = show(worldAt(LONG_AGO), titles);
    const { stream } = await past.start(viewer, first);
    for (const seq of [1, 2, 3, 4, 5]) {
      past.pass(30);
      const beat = { actor: viewer, token: null, streamId: stream.id, seq, state: 'playing' } as const;
      await past.playback.heartbeat({ ...beat, positionSeconds: 60 + seq * 30 });
    }
    past.pass(90);
    await past.playback.reapSilent(10);
    const world = show(worldAt(TODAY), titles);
    await world.playback.archiveHistory(100);
    expect(await rowsLeft()).to.deep.equal({ streams: 0, entries: 0 });
    expect((await world.start(viewer, first)).resumePositionSeconds).to.equal(210);
    const [item] = (await world.playback.continueWatching(viewer, { limit: 9 })).items;
    expect(item).to.include({ positionSeconds: 210, lastWatchedAt: after(LONG_AGO, 150 * SECOND) });
  });

  it('let a list be read on that was begun before they moved', async () => {
    await watchForMonths();
    const world = show(worldAt(TODAY), titles);
    const whole = await pagesOf(world, viewer, { limit: 100, month: null });
    const page = await world.playback.history(viewer, { limit: 10, month: null });
    await world.playback.archiveHistory(100);
    const rest = await pagesOf(world, viewer, { limit: 7, month: null, cursor: page.nextCursor ?? '' });
    expect([...page.items, ...rest.flat()]).to.deep.equal(whole.flat());
  });

  it('do not hold what was opened and never reported, nor what nobody signed in watched', async () => {
    const past = show(worldAt(LONG_AGO), titles);
    await past.start(viewer, first);
    past.show({ ...second, accessLevel: 'free' });
    const { stream } = await past.start({ kind: 'anonymous' }, second);
    past.pass((2 * DAY) / SECOND);
    await past.playback.reapSilent(10);
    const world = worldAt(TODAY);
    expect(await world.playback.archiveHistory(100)).to.deep.equal({ done: 1 });
    expect(await monthsArchived()).to.deep.equal([]);
    expect(await unitOfWork.read(({ streams }) => streams.openOf(viewer.accountId))).to.deep.equal([]);
    expect(await unitOfWork.read(({ streams }) => streams.find(stream.id))).to.not.equal(undefined);
    expect(await world.playback.archiveHistory(100)).to.deep.equal({ done: 0 });
  });

  it('may be added to: what comes late to a month gets a file of its own', async () => {
    await watchForMonths();
    const world = show(worldAt(TODAY), titles);
    await world.playback.archiveHistory(100);
    await show(worldAt(after(LONG_AGO, -1)), titles).playback.logWatch({
      actor: viewer,
      titleId: first.id,
      event: 'started',
      positionSeconds: 7,
    });
    const before = await pagesOf(world, viewer, { limit: 4, month: null });
    expect(before.flat().at(-1)).to.include({ positionSeconds: 7 });
    expect(await world.playback.archiveHistory(100)).to.deep.equal({ done: 1 });
    expect(await pagesOf(world, viewer, { limit: 4, month: null })).to.deep.equal(before);
    expect(await monthsArchived()).to.deep.equal(['2024-12', '2024-11', '2024-11']);
  });

  it('are erased with their account, also those that are just being written', async () => {
    const other = person();
    await watchForMonths();
    await watchForMonths(other);
    const world = show(worldAt(TODAY), titles);
    const kept = await seen(world, other);
    await world.playback.archiveHistory(3);
    const erasing: ArchiveFiles = {
      ...files,
      put: async (place, viewings) => {
        await files.put(place, viewings);
        await world.playback.eraseAccount(viewer.accountId);
      },
    };
    await worldAt(TODAY, erasing).playback.archiveHistory(3);
    expect(await monthsArchived()).to.deep.equal([]);
    expect(await pagesOf(world, viewer, { limit: 5, month: '2024-11' })).to.deep.equal([[]]);
    expect(await seen(world, other)).to.deep.equal(kept);
    expect(await worldAt(after(TODAY, DAY)).playback.archiveHistory(9)).to.deep.equal({ done: 0 });
  });

  it('are missed aloud when their file is gone', async () => {
    await watchForMonths();
    const world = show(worldAt(TODAY), titles);
    await world.playback.archiveHistory(100);
    const emptied = show(worldAt(TODAY, memoryArchive()), titles);
    expect((await emptied.playback.history(viewer, { limit: 9, month: null })).items).to.have.length(9);
    const failed = await emptied.playback.history(viewer, { limit: 9, month: '2024-11' }).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    expect(failed).to.match(/^the file of archive .* is missing$/);
  });

  it('forget the attempt of a process that died, once nobody can be writing any more', async () => {
    await watchForMonths();
    const dying: ArchiveFiles = {
      ...files,
      put: async (place, viewings) => {
        await files.put(place, viewings);
        throw new Error('the power went');
      },
    };
    const failed = worldAt(TODAY, dying).playback.archiveHistory(1);
    expect(await failed.catch((error: Error) => error.message)).to.equal('the power went');
    const unfinished = () =>
      unitOfWork.read(({ archives }) => archives.unfinished(after(TODAY, 365 * DAY), 9));
    const [attempt] = await unfinished();
    expect(attempt?.status).to.equal('writing');
    await worldAt(after(TODAY, 15 * MINUTE - 1)).playback.archiveHistory(9);
    expect(await unfinished()).to.deep.equal([attempt]);
    await worldAt(after(TODAY, 15 * MINUTE)).playback.archiveHistory(9);
    expect(await unfinished()).to.deep.equal([]);
    if (attempt) expect(await files.get(attempt)).to.equal(undefined);
  });
});
