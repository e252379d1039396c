import type { Actor } from '../../src/kernel/actor.ts';
import { playbackOn } from '../world/playback.ts';
import type { Scenario } from './scenario.ts';

export interface HeartbeatSettings {
  readonly actor: Actor;
}

export interface RacingBeat {
  readonly streamId: string;
  readonly seq: number;
  readonly positionSeconds: number;
}

/** Players report at once; what arrives in one process together goes into one batch. */
const scenario: Scenario<HeartbeatSettings, RacingBeat, number> = ({ unitOfWork, settings }) => {
  const { playback } = playbackOn(unitOfWork);
  return async (beat) => {
    const answer = await playback.heartbeat({
      ...beat,
      actor: settings.actor,
      token: null,
      state: 'playing',
    });
    return answer.positionSeconds;
  };
};

export default scenario;
