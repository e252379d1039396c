import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, before, HOUR, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Archive } from '../../src/playback/archive.ts';
import type { Reach } from '../../src/playback/history-ports.ts';
import type { PlaybackStores } from '../../src/playback/ports.ts';
import type { WatchLogEntry } from '../../src/playback/watch-log.ts';
import type { Open } from './contract.ts';
import { ALICE, BOB, bumped, FILM, lostRaceOf, nextId, NOW } from './playback.fixtures.ts';

export function watchLogContract(open: Open<PlaybackStores>): void {
  let unitOfWork: UnitOfWork<PlaybackStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const entryOf = (hour: number, changes: Partial<WatchLogEntry> = {}): WatchLogEntry => ({
    id: nextId(),
    accountId: ALICE,
    titleId: FILM,
    title: 'Metropolis',
    startedAt: after(NOW, hour * HOUR),
    state: 'paused',
    positionSeconds: 1.5,
    durationSeconds: null,
    ...changes,
  });
  const add = (...entries: readonly WatchLogEntry[]): Promise<void> =>
    unitOfWork.run(async ({ watchLog }) => {
      for (const entry of entries) await watchLog.add(entry);
    });
  const left = (account: string) =>
    unitOfWork.read(async ({ watchLog }) => (await watchLog.of(account, { limit: 9 })).items);

  it('keeps entries newest first, within a span, page by page', async () => {
    const entries = [entryOf(0), entryOf(1), entryOf(2)];
    await add(...entries, entryOf(1, { accountId: BOB }));
    const first = await unitOfWork.read(({ watchLog }) => watchLog.of(ALICE, { limit: 2 }));
    expect(first.items).to.deep.equal([entries[2], entries[1]]);
    const cursor = first.nextCursor ?? undefined;
    const second = await unitOfWork.read(({ watchLog }) => watchLog.of(ALICE, { limit: 2, cursor }));
    expect(second.items).to.deep.equal([entries[0]]);
    const within = { from: NOW, to: after(NOW, HOUR) };
    const span = await unitOfWork.read(({ watchLog }) => watchLog.of(ALICE, { limit: 2, within }));
    expect(span.items).to.deep.equal([entries[0]]);
  });

  it('knows the oldest entry of all that began before an instant', async () => {
    await add(entryOf(1), entryOf(0, { accountId: BOB }), entryOf(2));
    const oldest = (border: Instant) => unitOfWork.read(({ watchLog }) => watchLog.oldest(border));
    expect(await oldest(NOW)).to.equal(undefined);
    expect(await oldest(after(NOW, 3 * HOUR))).to.deep.equal({ accountId: BOB, startedAt: NOW });
  });

  it('removes entries that are there, or none', async () => {
    const [one, two, three] = [entryOf(0), entryOf(1), entryOf(2)];
    await add(one, two, three);
    const ids = [one.id, three.id];
    const held = await unitOfWork.run(({ watchLog }) => watchLog.hold([...ids, nextId()]));
    expect([...held].sort((a, b) => a.startedAt - b.startedAt)).to.deep.equal([one, three]);
    const lost = await lostRaceOf(unitOfWork, ({ watchLog }) => watchLog.remove([two.id, nextId()]));
    expect(lost).to.be.instanceOf(LostRace);
    await unitOfWork.run(({ watchLog }) => watchLog.remove([...ids, one.id]));
    await unitOfWork.run(({ watchLog }) => watchLog.remove([]));
    expect(await left(ALICE)).to.deep.equal([two]);
  });

  it('is erased account by account, so many entries at a time', async () => {
    const foreign = entryOf(1, { accountId: BOB });
    await add(entryOf(0), entryOf(1), entryOf(2), foreign);
    const erase = () => unitOfWork.run(({ watchLog }) => watchLog.erase(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    expect(await left(ALICE)).to.deep.equal([]);
    expect(await left(BOB)).to.deep.equal([foreign]);
  });
}

export function archivesContract(open: Open<PlaybackStores>): void {
  let unitOfWork: UnitOfWork<PlaybackStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const archiveOf = (changes: Partial<Archive> = {}): Archive => ({
    id: nextId(),
    accountId: ALICE,
    month: '2026-01',
    status: 'kept',
    viewings: 3,
    oldestAt: NOW,
    newestAt: after(NOW, HOUR),
    begunAt: after(NOW, 2 * HOUR),
    version: 1,
    ...changes,
  });
  const add = (...added: readonly Archive[]): Promise<void> =>
    unitOfWork.run(async ({ archives }) => {
      for (const archive of added) await archives.add(archive);
    });
  const find = (id: string) => unitOfWork.read(({ archives }) => archives.find(id));

  it('gives back what was added, to the last field, and what was saved behind it', async () => {
    const writing = archiveOf({ status: 'writing' });
    await add(writing);
    expect(await find(writing.id)).to.deep.equal(writing);
    const kept = bumped({ ...writing, status: 'kept' as const });
    await unitOfWork.run(({ archives }) => archives.save(kept));
    expect(await find(writing.id)).to.deep.equal(kept);
    const late = bumped({ ...writing, status: 'abandoned' as const });
    expect(await lostRaceOf(unitOfWork, ({ archives }) => archives.save(late))).to.be.instanceOf(LostRace);
    expect(await find(writing.id)).to.deep.equal(kept);
    expect(await find(nextId())).to.equal(undefined);
  });

  it('lists the kept ones of an account within reach, newest first, page by page', async () => {
    const [old, young] = [
      archiveOf(),
      archiveOf({ oldestAt: after(NOW, HOUR), newestAt: after(NOW, 3 * HOUR) }),
    ];
    await add(old, young, archiveOf({ status: 'writing' }), archiveOf({ status: 'abandoned' }));
    await add(archiveOf({ accountId: BOB }));
    const kept = (reach: Partial<Reach>, limit = 9, cursor?: string) =>
      unitOfWork.read(({ archives }) =>
        archives.keptOf(ALICE, { from: null, until: null, ...reach, limit, cursor }),
      );
    expect((await kept({})).items).to.deep.equal([young, old]);
    const first = await kept({}, 1);
    expect(first.items).to.deep.equal([young]);
    expect((await kept({}, 1, first.nextCursor ?? undefined)).items).to.deep.equal([old]);
    expect((await kept({ from: after(old.newestAt, 1) })).items).to.deep.equal([young]);
    expect((await kept({ from: old.newestAt })).items).to.deep.equal([young, old]);
    expect((await kept({ until: before(young.oldestAt, 1) })).items).to.deep.equal([old]);
    expect((await kept({ until: before(NOW, 1) })).items).to.deep.equal([]);
  });

  it('finds what was abandoned, and what has been written for too long', async () => {
    const abandoned = archiveOf({ status: 'abandoned', begunAt: after(NOW, 9 * HOUR) });
    const writing = archiveOf({ status: 'writing' });
    await add(abandoned, writing, archiveOf({ status: 'writing', begunAt: after(writing.begunAt, 1) }));
    await add(archiveOf());
    const unfinished = (limit: number) =>
      unitOfWork.read(({ archives }) => archives.unfinished(writing.begunAt, limit));
    expect(await unfinished(9)).to.deep.equal([writing, abandoned]);
    expect(await unfinished(1)).to.deep.equal([writing]);
  });

  it('forgets what was abandoned, and nothing else', async () => {
    const [abandoned, kept] = [archiveOf({ status: 'abandoned' }), archiveOf()];
    await add(abandoned, kept);
    for (const { id } of [abandoned, kept, abandoned])
      await unitOfWork.run(({ archives }) => archives.forget(id));
    expect([await find(abandoned.id), await find(kept.id)]).to.deep.equal([undefined, kept]);
  });

  it('is erased account by account, so many at a time; what is being written is left to its writer', async () => {
    const [foreign, writing] = [archiveOf({ accountId: BOB }), archiveOf({ status: 'writing' })];
    await add(archiveOf(), archiveOf(), archiveOf(), foreign, writing);
    const erase = () => unitOfWork.run(({ archives }) => archives.erase(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    expect([await find(foreign.id), await find(writing.id)]).to.deep.equal([foreign, writing]);
  });
}
