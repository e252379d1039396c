import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, SECOND } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { PlaybackStores } from '../../src/playback/ports.ts';
import { playbackPolicy } from '../../src/playback/policy.ts';
import { carried, newProgress, type Progress } from '../../src/playback/progress.ts';
import { beginStream, type Stream } from '../../src/playback/stream.ts';
import type { Open } from './contract.ts';
import { ALICE, BOB, bumped, FILM, lostRaceOf, nextId, NOW, streamOf } from './playback.fixtures.ts';

const progressOf = (changes: Partial<Progress> = {}): Progress => ({
  ...newProgress(
    { id: nextId(), accountId: ALICE, titleId: nextId(), durationSeconds: 5_400, creditsStartSeconds: 5_200 },
    NOW,
  ),
  version: 1,
  ...changes,
});

export function progressContract(open: Open<PlaybackStores>): void {
  let unitOfWork: UnitOfWork<PlaybackStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (...rows: readonly Progress[]): Promise<void> =>
    unitOfWork.run(({ progress }) => progress.saveAll(rows));

  it('gives back what was saved, to the last field, new and changed together', async () => {
    const first = progressOf({ isPaused: true, startedAt: NOW, streamId: nextId(), streamStartedAt: NOW });
    await save(first);
    const changed = bumped({ ...first, positionSeconds: 61.5, isPaused: false, viewedAt: NOW });
    const second = progressOf({ durationSeconds: null, creditsStartSeconds: null });
    await save(changed, second);
    const rows = await unitOfWork.run(({ progress }) => progress.hold([changed, second, progressOf()]));
    const byTitle = new Map(rows.map((row) => [row.titleId, row]));
    expect(rows).to.have.length(2);
    expect(byTitle.get(changed.titleId)).to.deep.equal(changed);
    expect(byTitle.get(second.titleId)).to.deep.equal(second);
    expect(await unitOfWork.read(({ progress }) => progress.find(second))).to.deep.equal(second);
    expect(await unitOfWork.run(({ progress }) => progress.hold([]))).to.deep.equal([]);
  });

  it('loses the race against a newer version, and against somebody who was first to begin', async () => {
    const first = progressOf();
    await save(first);
    const begunTwice = await lostRaceOf(unitOfWork, ({ progress }) =>
      progress.saveAll([progressOf(), { ...first, id: nextId() }]),
    );
    expect(begunTwice).to.be.instanceOf(LostRace);
    const skipped = await lostRaceOf(unitOfWork, ({ progress }) =>
      progress.saveAll([{ ...first, version: 3 }]),
    );
    expect(skipped).to.be.instanceOf(LostRace);
  });

  it('lists the unfinished newest first, and leaves out the rest', async () => {
    const begun = { startedAt: NOW };
    const older = progressOf({ ...begun, lastWatchedAt: NOW });
    const newer = progressOf({ ...begun, lastWatchedAt: after(NOW, SECOND) });
    await save(
      older,
      newer,
      progressOf(),
      progressOf({ ...begun, completedAt: NOW }),
      progressOf({ ...begun, dismissedAt: NOW }),
      progressOf({ ...begun, accountId: BOB }),
    );
    const page = (cursor?: string) =>
      unitOfWork.read(({ progress }) => progress.unfinishedOf(ALICE, { limit: 1, cursor }));
    const first = await page();
    expect(first.items).to.deep.equal([newer]);
    const second = await page(first.nextCursor ?? undefined);
    expect(second.items).to.deep.equal([older]);
    expect(second.nextCursor).to.equal(null);
  });

  it('lists the latest of an account, however far', async () => {
    const rows = [0, 1, 2].map((second) => progressOf({ lastWatchedAt: after(NOW, second * SECOND) }));
    await save(...rows, progressOf({ accountId: BOB }));
    const latest = await unitOfWork.read(({ progress }) => progress.latestOf(ALICE, 2));
    expect(latest).to.deep.equal([rows[2], rows[1]]);
  });

  it('follows the stream that it names, as soon as that settled a report', async () => {
    const begin = (): Stream =>
      beginStream(
        {
          id: nextId(),
          accountId: ALICE,
          secretHash: null,
          deviceId: nextId(),
          deviceName: 'Television',
          titleId: FILM,
          title: 'Metropolis',
          accessLevel: 'basic',
          isPrivileged: false,
          terminationCode: nextId(),
          positionSeconds: 0,
          durationSeconds: null,
          creditsStartSeconds: 900,
        },
        { now: NOW, policy: playbackPolicy },
      );
    const [stream, other] = [begin(), begin()];
    const reportOf = (of: Stream, seq: number): Stream => ({
      ...of,
      status: 'paused',
      seq,
      positionSeconds: 100.5 + seq,
      lastSeenAt: after(NOW, seq * SECOND),
      pausedAt: NOW,
      version: of.version + 1,
    });
    const named = progressOf({
      titleId: FILM,
      streamId: stream.id,
      streamStartedAt: NOW,
      streamSeq: 4,
      startedAt: NOW,
    });
    const later = progressOf({ lastWatchedAt: after(NOW, 6 * SECOND), startedAt: NOW });
    await unitOfWork.run(async ({ streams, progress }) => {
      for (const each of [stream, other]) await streams.add(each);
      await progress.saveAll([named, later]);
    });
    const find = () => unitOfWork.read(({ progress }) => progress.find(named));
    const settle = (report: Stream) => unitOfWork.single(({ streams }) => streams.settle([report]));

    await settle(reportOf(other, 9));
    await settle(reportOf(stream, 4));
    expect(await find(), 'by another stream, or by a report that is in it').to.deep.equal(named);

    const reported = reportOf({ ...stream, version: 2 }, 7);
    await settle(reported);
    const followed = carried(named, reported);
    expect(followed).to.include({
      positionSeconds: 107.5,
      isPaused: true,
      durationSeconds: null,
      streamSeq: 7,
    });
    expect(await find()).to.deep.equal(followed);
    expect(await unitOfWork.run(({ progress }) => progress.hold([named]))).to.deep.equal([followed]);
    const lists = await unitOfWork.read(({ progress }) =>
      Promise.all([progress.latestOf(ALICE, 1), progress.unfinishedOf(ALICE, { limit: 9 })]),
    );
    expect(lists).to.deep.equal([[followed], { items: [followed, later], nextCursor: null }]);

    const changed = bumped({ ...followed, positionSeconds: 3, isPaused: false, dismissedAt: NOW });
    await save(changed);
    expect(await find(), 'saved behind the report').to.deep.equal(changed);
  });

  it('is in order page by page, whatever its streams settled, and whether they ended since', async () => {
    const pairs = Array.from({ length: 24 }, (_, index) => {
      const row = progressOf({
        lastWatchedAt: after(NOW, ((index * 7) % 24) * SECOND),
        startedAt: NOW,
        completedAt: index % 5 === 4 ? NOW : null,
      });
      const stream = streamOf({ titleId: row.titleId, deviceId: nextId() });
      const named = { ...row, streamId: stream.id, streamStartedAt: NOW, streamSeq: 1 };
      return index % 4 === 3 ? { row, stream: undefined } : { row: named, stream };
    });
    const rows = await Promise.all(
      pairs.map(async ({ row, stream }, index) => {
        if (!stream) {
          await save(row);
          return row;
        }
        await unitOfWork.run(async ({ streams, progress }) => {
          await streams.add(stream);
          await progress.saveAll([row]);
        });
        const seen = after(NOW, ((index * 5) % 24) * SECOND + 500);
        const settled = bumped({ ...stream, seq: 3, positionSeconds: 61.5, lastSeenAt: seen });
        await unitOfWork.single(({ streams }) => streams.settle([settled]));
        const ended = bumped({
          ...settled,
          status: 'stopped' as const,
          endedAt: seen,
        });
        if (index % 4 > 0) await unitOfWork.run(({ streams }) => streams.saveAll([ended]));
        return carried(row, settled);
      }),
    );
    const inOrder = rows.toSorted((a, b) => b.lastWatchedAt - a.lastWatchedAt || (a.id < b.id ? 1 : -1));
    const latest = await unitOfWork.read(({ progress }) => progress.latestOf(ALICE, 10));
    expect(latest).to.deep.equal(inOrder.slice(0, 10));
    const found: Progress[] = [];
    let cursor: string | null | undefined;
    do {
      const request = { limit: 2, cursor: cursor ?? undefined };
      const page = await unitOfWork.read(({ progress }) => progress.unfinishedOf(ALICE, request));
      found.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).to.deep.equal(inOrder.filter(({ completedAt }) => completedAt === null));
  });

  it('is erased account by account, so many rows at a time', async () => {
    const foreign = progressOf({ accountId: BOB });
    await save(progressOf(), progressOf(), progressOf(), foreign);
    const erase = () => unitOfWork.run(({ progress }) => progress.erase(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    expect(await unitOfWork.read(({ progress }) => progress.latestOf(ALICE, 9))).to.deep.equal([]);
    expect(await unitOfWork.read(({ progress }) => progress.latestOf(BOB, 9))).to.deep.equal([foreign]);
  });
}
