import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import { film, person, playbackOn, refusalOf, type PlaybackWorld } from '../../world/playback.ts';
import { onEveryStore } from '../../world/stores.ts';

onEveryStore('erasing what a deleted account watched', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  let world: PlaybackWorld;
  beforeEach(async () => {
    unitOfWork = await open();
    world = playbackOn(unitOfWork);
  });

  /** Watches a title on a device, and logs another. */
  async function watch(actor: ReturnType<typeof person>, device: string): Promise<string> {
    const { stream } = await world.start(actor, world.show(film()), { device });
    world.pass(30);
    const beat = { actor, token: null, streamId: stream.id, seq: 1 };
    await world.playback.heartbeat({ ...beat, positionSeconds: 30, state: 'playing' });
    const logged = world.show(film());
    await world.playback.logWatch({ actor, titleId: logged.id, event: 'started', positionSeconds: 90 });
    return stream.id;
  }
  const traces = async (accountId: string) =>
    unitOfWork.read(async ({ progress, watchLog }) => ({
      progress: (await progress.latestOf(accountId, 9)).length,
      logged: (await watchLog.of(accountId, { limit: 9 })).items.length,
    }));

  it('ends its streams, forgets its devices, its progress and its log, and nobody else’s', async () => {
    const [gone, other] = [person(), person()];
    const ended = await watch(gone, 'first tv');
    const streamId = await watch(gone, 'second tv');
    const foreign = await watch(other, 'third tv');
    await world.playback.stop({ actor: gone, token: null, streamId: ended, positionSeconds: null });
    const secondOfOther = await traces(other.accountId);
    expect(await traces(gone.accountId)).to.deep.equal({ progress: 4, logged: 2 });

    await world.playback.eraseAccount(gone.accountId);
    expect(await traces(gone.accountId)).to.deep.equal({ progress: 0, logged: 0 });
    expect(await traces(other.accountId)).to.deep.equal(secondOfOther);
    const [first, second, third] = await unitOfWork.read(({ streams }) =>
      Promise.all([ended, streamId, foreign].map((id) => streams.find(id))),
    );
    for (const stream of [first, second])
      expect(stream).to.include({ deviceId: '', deviceName: '', endedByDevice: null, watchedSeconds: 30 });
    expect(second).to.include({ status: 'terminated', endReason: 'account_closed' });
    expect(third).to.include({ deviceId: 'third tv', deviceName: 'The third tv', endedAt: null });
    const beat = { actor: gone, token: null, streamId, seq: 2 };
    const late = world.playback.heartbeat({ ...beat, positionSeconds: 40, state: 'playing' });
    expect((await refusalOf(late)).code).to.equal('playback.terminated');
    expect(await traces(gone.accountId)).to.deep.equal({ progress: 0, logged: 0 });
  });

  it('changes nothing the second time, nor for an account that never watched', async () => {
    const gone = person();
    const id = await watch(gone, 'tv');
    await world.playback.eraseAccount(gone.accountId);
    const once = await unitOfWork.read(({ streams }) => streams.find(id));
    await world.playback.eraseAccount(gone.accountId);
    await world.playback.eraseAccount(person().accountId);
    expect(await unitOfWork.read(({ streams }) => streams.find(id))).to.deep.equal(once);
  });

  it('goes on through more rows than one batch holds', async () => {
    const { accountId } = person();
    const entry = { accountId, titleId: 'film', title: 'Metropolis', state: 'started' } as const;
    await unitOfWork.run(async ({ watchLog }) => {
      for (let index = 0; index < 1_001; index += 1)
        await watchLog.add({
          ...entry,
          id: `${accountId}-${index}`,
          startedAt: world.now(),
          positionSeconds: 1,
          durationSeconds: null,
        });
    });
    await world.playback.eraseAccount(accountId);
    expect(await traces(accountId)).to.deep.equal({ progress: 0, logged: 0 });
  });
});
