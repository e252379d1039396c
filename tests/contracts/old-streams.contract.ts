import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, HOUR, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { playbackPolicy } from '../../src/playback/policy.ts';
import type { PlaybackStores } from '../../src/playback/ports.ts';
import { stop, type Stream } from '../../src/playback/stream.ts';
import type { Open } from './contract.ts';
import { ALICE, BOB, bumped, lostRaceOf, nextId, NOW, streamOf } from './playback.fixtures.ts';

/** What moves out of the database: streams that ended, of accounts that are not erased. */
export function oldStreamsContract(open: Open<PlaybackStores>): void {
  let unitOfWork: UnitOfWork<PlaybackStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...added: readonly Stream[]): Promise<void> =>
    unitOfWork.run(async ({ streams }) => {
      for (const stream of added) await streams.add(stream);
    });
  const endedOne = (hour: number, changes: Parameters<typeof streamOf>[0] = {}): Stream =>
    stop(streamOf({ deviceId: nextId(), ...changes }, after(NOW, hour * HOUR)), {
      now: after(NOW, (hour + 1) * HOUR),
      policy: playbackPolicy,
    });
  const erased = (hour: number): Stream => endedOne(hour, { deviceId: '', deviceName: '' });
  const anonymous = (hour: number): Stream => endedOne(hour, { accountId: null });

  it('are found by the oldest that began before an instant', async () => {
    const oldest = (border: Instant) => unitOfWork.read(({ streams }) => streams.oldestEnded(border));
    await add(streamOf(), erased(1), anonymous(2), endedOne(4), endedOne(3, { accountId: BOB }));
    expect(await oldest(after(NOW, 3 * HOUR))).to.equal(undefined);
    expect(await oldest(after(NOW, 9 * HOUR))).to.deep.equal({
      accountId: BOB,
      startedAt: after(NOW, 3 * HOUR),
    });
  });

  it('are listed by account and span, so many at a time', async () => {
    const [one, two, three] = [endedOne(1), endedOne(2), endedOne(3)];
    await add(three, one, two, endedOne(2, { accountId: BOB }), erased(2), anonymous(2));
    await add(streamOf({ deviceId: 'running' }, after(NOW, 2 * HOUR)));
    const list = (from: number, to: number, limit: number) =>
      unitOfWork.read(({ streams }) =>
        streams.endedOf(ALICE, { from: after(NOW, from * HOUR), to: after(NOW, to * HOUR) }, limit),
      );
    expect(await list(1, 3, 9)).to.deep.equal([one, two]);
    expect(await list(0, 9, 2)).to.deep.equal([one, two]);
    expect(await list(4, 9, 9)).to.deep.equal([]);
  });

  it('are removed in the version that was read, or not at all', async () => {
    const [one, two, stays] = [endedOne(1), endedOne(2), endedOne(3)];
    await add(one, two, stays);
    await unitOfWork.run(({ streams }) => streams.saveAll([bumped(two)]));
    const remove = (...removed: readonly Stream[]) =>
      lostRaceOf(unitOfWork, ({ streams }) => streams.removeAll(removed));
    expect(await remove(one, two)).to.be.instanceOf(LostRace);
    expect(await remove()).to.equal(undefined);
    expect(await remove(one, bumped(two))).to.equal(undefined);
    expect(await remove(one)).to.be.instanceOf(LostRace);
    const found = await unitOfWork.read(({ streams }) =>
      Promise.all([one, two, stays].map(({ id }) => streams.find(id))),
    );
    expect(found).to.deep.equal([undefined, undefined, stays]);
  });
}
