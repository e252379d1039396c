import type { PlayableTitle } from '../../src/playback/index.ts';
import { person, playbackOn, standing, type PlaybackWorld } from '../world/playback.ts';
import type { Scenario } from './scenario.ts';

export interface StreamSettings {
  readonly limit: number;
  readonly title: PlayableTitle;
  readonly accountId: string;
  /** Counts the seats first and takes one later, as if nobody else were there. */
  readonly naive: boolean;
}

/** A device that wants to start a stream so many times, stopping in between. */
export interface StreamContender {
  readonly device: string;
  readonly cycles: number;
}

const scenario: Scenario<StreamSettings, StreamContender, string> = ({ unitOfWork, settings }) => {
  const { limit, title, accountId, naive } = settings;
  const actor = { ...person(), accountId };
  const worldWith = (maxDevices: number): PlaybackWorld => {
    const world = playbackOn(unitOfWork, { everybody: standing({ maxDevices }) });
    world.show(title);
    return world;
  };
  const world = worldWith(limit);
  const limitless = worldWith(-1);

  return async ({ device, cycles }) => {
    if (naive) {
      if ((await world.playback.live(actor)).length >= limit) throw new Error('full');
      return (await limitless.start(actor, title, { device })).stream.id;
    }
    for (let cycle = 1; cycle < cycles; cycle += 1) {
      const { stream } = await world.start(actor, title, { device });
      await world.playback.stop({ actor, token: null, streamId: stream.id, positionSeconds: null });
    }
    return (await world.start(actor, title, { device })).stream.id;
  };
};

export default scenario;
