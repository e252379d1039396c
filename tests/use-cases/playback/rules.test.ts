import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { AccountActor } from '../../../src/kernel/actor.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { PlayableTitle, Started } from '../../../src/playback/index.ts';
import { film, person, playbackOn, standing, type PlaybackWorld } from '../../world/playback.ts';
import { openers, STORES, type OpenStores } from '../../world/stores.ts';
import { HOUR_LONG, STORIES } from './stories.ts';
import type { Act } from './story.ts';

/** Acts a story out, whatever is refused on the way. */
async function perform(
  world: PlaybackWorld,
  title: PlayableTitle,
  acts: readonly Act[],
): Promise<AccountActor> {
  const viewer = person();
  const devices = new Map<string, { readonly started: Started; seq: number }>();
  const on = (device: string) => {
    const known = devices.get(device);
    if (!known) throw new Error(`${device} plays nothing`);
    return known;
  };
  for (const act of acts) {
    if (act.length === 1) {
      if (act[0] === 'dismisses') await world.playback.dismiss({ actor: viewer, titleId: title.id });
      else world.pass(act[0] === 'falls silent' ? 90 : 3_600);
      continue;
    }
    const [device, what] = act;
    if (what === 'starts') {
      world.pass(1);
      devices.set(device, { started: await world.start(viewer, title, { device }), seq: 0 });
      continue;
    }
    const playing = on(device);
    const speaker = { actor: viewer, token: null, streamId: playing.started.stream.id };
    if (what === 'stops') {
      await world.playback.stop({ ...speaker, positionSeconds: act[2] ?? null });
      continue;
    }
    const { after = 30, seq = playing.seq + 1 } = act[3] ?? {};
    playing.seq = Math.max(playing.seq, seq);
    world.pass(after);
    const state = what === 'plays' ? 'playing' : 'paused';
    await world.playback.recordBeats([{ ...speaker, seq, positionSeconds: act[2], state }]);
  }
  return viewer;
}

const viewsOf = async (unitOfWork: UnitOfWork<AllStores>, since: number): Promise<number> => {
  const told = await unitOfWork.read(({ journal }) => journal.since(since, 1_000));
  return told.filter(({ event }) => event.type === 'playback.viewed').length;
};

for (const store of STORES) {
  describe(`how far an account is in a title, on ${store}: it`, () => {
    let stores: OpenStores;
    before(async () => {
      stores = await openers[store]();
    });
    after(() => stores.close());

    for (const { it: sentence, of, acts, then } of STORIES)
      it(sentence, async () => {
        const { unitOfWork } = stores;
        const since = await unitOfWork.read(({ journal }) => journal.end());
        const world = playbackOn(unitOfWork, { everybody: standing({ maxDevices: -1 }) });
        const title = world.show(film({ ...HOUR_LONG, ...of }));
        const viewer = await perform(world, title, acts);
        const [item] = await world.playback.recentlyWatched(viewer, 1);
        const { items } = await world.playback.continueWatching(viewer, { limit: 1 });
        const resumes = async (): Promise<number> =>
          (await world.start(viewer, title, { device: 'a further one' })).resumePositionSeconds;
        expect({
          state: item?.state,
          position: item?.positionSeconds,
          unfinished: items.length === 1,
          views: then.views === undefined ? undefined : await viewsOf(unitOfWork, since),
          resumes: await resumes(),
        }).to.deep.equal({ views: undefined, resumes: then.position, ...then });
      });
  });
}
