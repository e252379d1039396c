import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Started } from '../../../src/playback/index.ts';
import { sized } from '../../races/race.ts';
import { film, person, playbackOn, refusalOf, type PlaybackWorld } from '../../world/playback.ts';
import { onEveryStore } from '../../world/stores.ts';

onEveryStore('a seat', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  let world: PlaybackWorld;
  const viewer = person();
  const title = film();
  beforeEach(async () => {
    unitOfWork = await open();
    world = playbackOn(unitOfWork);
    world.show(title);
  });
  const start = (device: string): Promise<Started> => world.start(viewer, title, { device });
  const speaking = ({ stream }: Started) => ({ actor: viewer, token: null, streamId: stream.id });
  const report = (started: Started, seq: number, state: 'playing' | 'paused' = 'playing') =>
    world.playback.heartbeat({ ...speaking(started), seq, positionSeconds: seq * 30, state });
  const isFull = async (): Promise<boolean> => {
    const { code } = await refusalOf(start('one too many'));
    return code === 'playback.stream-limit-reached';
  };

  it('is free 90 s after the last sign of a client that died, not a millisecond before, and nobody sweeps', async () => {
    const [dying, living] = [await start('tv'), await start('phone')];
    for (const seq of [1, 2, 3]) {
      world.pass(30);
      for (const each of [dying, living]) await report(each, seq);
    }
    for (const seq of [4, 5]) {
      world.pass(30);
      await report(living, seq);
    }
    world.pass(29.999);
    expect(await isFull()).to.equal(true);
    world.pass(0.001);
    await start('tablet');
    expect((await world.playback.live(viewer)).map(({ deviceId }) => deviceId)).to.deep.equal([
      'phone',
      'tablet',
    ]);
  });

  it('is free at once when its stream is stopped', async () => {
    const [tv] = [await start('tv'), await start('phone')];
    expect(await isFull()).to.equal(true);
    await world.playback.stop({ ...speaking(tv), positionSeconds: null });
    await start('tablet');
    expect(await isFull()).to.equal(true);
  });

  it('is free half an hour into a pause, however faithfully that is reported', async () => {
    const [paused, playing] = [await start('tv'), await start('phone')];
    for (let seq = 1; seq <= 60; seq += 1) {
      await report(paused, seq, 'paused');
      await report(playing, seq);
      world.pass(seq === 60 ? 29.999 : 30);
    }
    expect(await isFull()).to.equal(true);
    world.pass(0.001);
    await start('tablet');
  });

  it('goes to the newest where that is the policy, and the oldest is told by whom', async () => {
    const eager = playbackOn(unitOfWork, { policy: { atLimit: 'evict_oldest' } });
    eager.show(title);
    const begin = (device: string) => {
      eager.pass(1);
      return eager.start(viewer, title, { device });
    };
    const [oldest] = [await begin('tv'), await begin('phone'), await begin('tablet')];
    expect((await eager.playback.live(viewer)).map(({ deviceId }) => deviceId)).to.deep.equal([
      'phone',
      'tablet',
    ]);
    const beat = { ...speaking(oldest), seq: 1, positionSeconds: 1, state: 'playing' } as const;
    const told = await refusalOf(eager.playback.heartbeat(beat));
    expect([told.code, told.details['terminated_by']]).to.deep.equal([
      'playback.terminated',
      { reason: 'other_device', device_name: 'The tablet' },
    ]);
  });

  it('is left by nobody over a thousand starts, however they end', async function () {
    this.timeout(120_000);
    const cycles = sized(1_000, 60);
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const started = await start(`device ${cycle % 5}`);
      const end = cycle % 4;
      if (end === 0) await world.playback.stop({ ...speaking(started), positionSeconds: cycle });
      else if (end === 1) world.pass(90);
      else if (end === 2) {
        await report(started, 1, 'paused');
        world.pass(30 * 60);
      } else await start(`device ${cycle % 5}`);
      const live = await world.playback.live(viewer);
      expect(live.length, `cycle ${cycle}`).to.be.at.most(2);
      for (const { id } of live.slice(0, -1))
        await world.playback.stop({ actor: viewer, token: null, streamId: id, positionSeconds: null });
    }
    world.pass(90);
    expect(await world.playback.live(viewer)).to.deep.equal([]);
    for (let batch = 0; batch < cycles; batch += 1)
      if ((await world.playback.reapSilent(100)).done === 0) break;
    expect(await unitOfWork.read(({ streams }) => streams.openOf(viewer.accountId))).to.deep.equal([]);
    expect(await world.playback.nextDueAt(world.now())).to.equal(undefined);
    await Promise.all([start('tv'), start('phone')]);
    expect(await isFull()).to.equal(true);
  });
});
