import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, HOUR, SECOND, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { playbackPolicy } from '../../src/playback/policy.ts';
import type { PlaybackStores } from '../../src/playback/ports.ts';
import { report, stop, terminate, type Stream } from '../../src/playback/stream.ts';
import type { Open } from './contract.ts';
import { ALICE, BOB, bumped, lostRaceOf, nextId, NOW, streamOf } from './playback.fixtures.ts';
import { oldStreamsContract } from './old-streams.contract.ts';

export function streamsContract(open: Open<PlaybackStores>): void {
  let unitOfWork: UnitOfWork<PlaybackStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...added: readonly Stream[]): Promise<void> =>
    unitOfWork.run(async ({ streams }) => {
      for (const stream of added) await streams.add(stream);
    });
  const find = (id: string): Promise<Stream | undefined> =>
    unitOfWork.read(({ streams }) => streams.find(id));

  it('gives back what was added, to the last field, and what a report changed', async () => {
    const added = streamOf();
    const anonymous = streamOf({ accountId: null, secretHash: 'h'.repeat(43), durationSeconds: null });
    await add(added, anonymous);
    expect(await find(added.id)).to.deep.equal(added);
    expect(await find(anonymous.id)).to.deep.equal(anonymous);
    expect(await find(nextId())).to.equal(undefined);

    const moment = { now: after(NOW, 30 * SECOND), policy: playbackPolicy };
    const reported = bumped(report(added, { seq: 1, positionSeconds: 40.125, state: 'paused' }, moment));
    const ended = bumped(terminate(anonymous, { reason: 'access_lost', byDevice: "O'Hara's ☕" }, NOW));
    await unitOfWork.run(({ streams }) => streams.saveAll([reported, ended]));
    expect(await find(added.id)).to.deep.equal(reported);
    expect(await find(anonymous.id)).to.deep.equal(ended);
  });

  it('has one seat for a device, until its stream has ended', async () => {
    const first = streamOf();
    await add(first);
    const again = (): Promise<unknown> => lostRaceOf(unitOfWork, ({ streams }) => streams.add(streamOf()));
    expect(await again()).to.not.equal(undefined);
    const stopped = bumped(stop(first, { now: NOW, policy: playbackPolicy }));
    await unitOfWork.run(({ streams }) => streams.saveAll([stopped]));
    expect(await again()).to.equal(undefined);
  });

  it('lets viewers without an account share a device', async () => {
    await add(streamOf({ accountId: null }), streamOf({ accountId: null }));
  });

  it('saves all or nothing: one stream that moved on is a lost race', async () => {
    const [one, two] = [streamOf(), streamOf({ deviceId: 'phone' })];
    await add(one, two);
    await unitOfWork.run(({ streams }) => streams.saveAll([bumped(two)]));
    const lost = await lostRaceOf(unitOfWork, ({ streams }) => streams.saveAll([bumped(one), bumped(two)]));
    expect(lost).to.be.instanceOf(LostRace);
    expect((await find(one.id))?.version).to.equal(1);
  });

  it('settles each report by itself: what moved on is left out, and said', async () => {
    const moment = { now: after(NOW, 30 * SECOND), policy: playbackPolicy };
    const reported = (stream: Stream): Stream =>
      bumped(report(stream, { seq: 7, positionSeconds: 41.125, state: 'paused' }, moment));
    const [steady, moved, ended, unknown] = [streamOf(), streamOf({ deviceId: 'b' }), streamOf(), streamOf()];
    const stopped = { ...bumped(stop(ended, moment)), deviceId: 'c' };
    await add(steady, moved, { ...ended, deviceId: 'c' });
    await unitOfWork.run(({ streams }) => streams.saveAll([bumped(moved), stopped]));
    const reports = [steady, moved, ended, unknown].map(reported);
    const settled = await unitOfWork.single(({ streams }) => streams.settle(reports));
    expect([...settled]).to.deep.equal([steady.id]);
    expect(await find(steady.id)).to.deep.equal(reported(steady));
    expect(await find(moved.id)).to.deep.equal(bumped(moved));
    expect(await find(ended.id)).to.deep.equal(stopped);
    expect(await find(unknown.id)).to.equal(undefined);
    expect((await unitOfWork.single(({ streams }) => streams.settle(reports))).size).to.equal(0);
    expect((await unitOfWork.single(({ streams }) => streams.settle([]))).size).to.equal(0);
  });

  it('settles no more of a stream than a report may change, and nothing of a work that failed', async () => {
    const added = streamOf();
    await add(added);
    const more = bumped({ ...added, seq: 1, deviceName: 'Other', viewedAt: NOW, title: 'Other' });
    const failed = unitOfWork.run(async ({ streams }) => {
      expect((await streams.settle([more])).has(added.id)).to.equal(true);
      throw new Error('later');
    });
    expect(await failed.catch((error: unknown) => String(error))).to.equal('Error: later');
    expect(await find(added.id)).to.deep.equal(added);
    await unitOfWork.single(({ streams }) => streams.settle([more]));
    expect(await find(added.id)).to.deep.equal(bumped({ ...added, seq: 1 }));
  });

  it('holds the streams named, and those of an account that have no end', async () => {
    const ended = { ...streamOf(), endedAt: NOW };
    const [running, named, other] = [
      streamOf(),
      streamOf({ accountId: BOB }),
      streamOf({ accountId: BOB, deviceId: 'x' }),
    ];
    await add(ended, running, named, other);
    const idsOf = (ids: readonly string[], accountIds: readonly string[]): Promise<readonly string[]> =>
      unitOfWork.run(async ({ streams }) =>
        (await streams.hold({ ids, accountIds })).map(({ id }) => id).sort(),
      );
    expect(await idsOf([named.id, ended.id], [ALICE])).to.deep.equal([ended.id, running.id, named.id].sort());
    expect(await idsOf([], [])).to.deep.equal([]);
    expect(await idsOf([running.id, running.id], [ALICE, ALICE])).to.deep.equal([running.id]);
  });

  it('lists the open streams of one account, oldest first', async () => {
    const young = streamOf({ deviceId: 'a' }, after(NOW, SECOND));
    const old = streamOf({ deviceId: 'b' });
    await add(young, old, streamOf({ accountId: BOB }), { ...streamOf(), endedAt: NOW });
    const open = await unitOfWork.read(({ streams }) => streams.openOf(ALICE));
    expect(open.map(({ id }) => id)).to.deep.equal([old.id, young.id]);
  });

  it('finds the silent ones, longest silent first, and when the next falls silent', async () => {
    const early = streamOf({ deviceId: 'a' });
    const late = streamOf({ deviceId: 'b' }, after(NOW, 10 * SECOND));
    await add(late, early, { ...streamOf(), endedAt: NOW });
    const silentIds = (at: Instant, limit: number): Promise<readonly string[]> =>
      unitOfWork.run(async ({ streams }) => (await streams.silent(at, limit)).map(({ id }) => id));
    const nextAt = (until: Instant): Promise<Instant | undefined> =>
      unitOfWork.read(({ streams }) => streams.nextSilentAt(until));
    expect(await silentIds(after(early.aliveUntil, -1), 9)).to.deep.equal([]);
    expect(await silentIds(early.aliveUntil, 9)).to.deep.equal([early.id]);
    expect(await silentIds(late.aliveUntil, 1)).to.deep.equal([early.id]);
    expect(await nextAt(after(early.aliveUntil, -1))).to.equal(undefined);
    expect(await nextAt(early.aliveUntil)).to.equal(early.aliveUntil);
  });

  it('keeps what reported at least once as history, newest first, within a span, page by page', async () => {
    const moment = { now: NOW, policy: playbackPolicy };
    const [a, b, c] = [0, 1, 2].map((hour) => {
      const begun = streamOf({ deviceId: `d${hour}` }, after(NOW, hour * HOUR));
      return report(begun, { seq: 0, positionSeconds: 1, state: 'playing' }, moment);
    }) as [Stream, Stream, Stream];
    await add(a, b, c, streamOf({ deviceId: 'silent' }));
    const page = (cursor?: string) =>
      unitOfWork.read(({ streams }) => streams.reportedOf(ALICE, { limit: 2, cursor }));
    const first = await page();
    expect(first.items.map(({ id }) => id)).to.deep.equal([c.id, b.id]);
    const second = await page(first.nextCursor ?? undefined);
    expect(second.items.map(({ id }) => id)).to.deep.equal([a.id]);
    expect(second.nextCursor).to.equal(null);
    const within = { from: b.startedAt, to: c.startedAt };
    const span = await unitOfWork.read(({ streams }) => streams.reportedOf(ALICE, { limit: 9, within }));
    expect(span.items.map(({ id }) => id)).to.deep.equal([b.id]);
  });
  it('forgets the devices of ended streams, so many at a time, and leaves open ones alone', async () => {
    const ended = ['a', 'b', 'c'].map((deviceId) =>
      terminate(
        streamOf({ deviceId, accessLevel: 'free' }),
        { reason: 'other_device', byDevice: 'Phone' },
        NOW,
      ),
    );
    const foreign = terminate(streamOf({ accountId: BOB }), { reason: 'same_device', byDevice: 'TV' }, NOW);
    const running = streamOf();
    await add(...ended, foreign, running);
    const erase = () => unitOfWork.run(({ streams }) => streams.eraseDevices(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    for (const stream of ended)
      expect(await find(stream.id)).to.deep.equal({
        ...bumped(stream),
        deviceId: '',
        deviceName: '',
        endedByDevice: null,
      });
    for (const stream of [foreign, running]) expect(await find(stream.id)).to.deep.equal(stream);
  });

  describe('grown old', () => oldStreamsContract(open));
}
