import { expect } from 'chai';
import { film, person, playbackOn } from '../world/playback.ts';
import { inEveryArena } from './arena.ts';
import type { HeartbeatSettings, RacingBeat } from './heartbeats.scenario.ts';
import { seeds, shuffled, sized, unexpected } from './race.ts';

const scenario = new URL('./heartbeats.scenario.ts', import.meta.url);

inEveryArena('heartbeats of two devices on one title, out of order', (open) => {
  for (const seed of seeds())
    it(`end with the last report of each, and at the position of the newer stream (seed ${seed})`, async () => {
      const actor = person();
      const settings: HeartbeatSettings = { actor };
      const arena = await open<RacingBeat, number>({ scenario, settings });
      const world = playbackOn(arena.unitOfWork);
      const title = world.show(film());
      const older = (await world.start(actor, title, { device: 'tv' })).stream.id;
      world.pass(1);
      const newer = (await world.start(actor, title, { device: 'phone' })).stream.id;
      const last = sized(100, 20);
      const beats = Array.from({ length: last }, (_, index) => index + 1).flatMap((seq): RacingBeat[] => [
        { streamId: older, seq, positionSeconds: 1_000 + seq },
        { streamId: newer, seq, positionSeconds: 100 + seq },
      ]);

      const outcomes = await arena.race(shuffled(beats, seed));

      expect(unexpected(outcomes, [])).to.deep.equal([]);
      const live = await world.playback.live(actor);
      expect(live.map(({ seq, positionSeconds }) => [seq, positionSeconds])).to.deep.equal([
        [last, 1_000 + last],
        [last, 100 + last],
      ]);
      const [item] = await world.playback.recentlyWatched(actor, 1);
      expect(item?.positionSeconds).to.equal(100 + last);
    });
});
