import type { PlaybackDeps } from './deps.ts';
import type { PlaybackCommands, PlaybackQuestions } from './face.ts';
import { expire, isLive } from './stream.ts';

/** Writes the ends of silent streams down. Seats are counted by time, so nothing waits for this. */
export const reapSilent =
  ({ unitOfWork, clock }: PlaybackDeps): PlaybackCommands['reapSilent'] =>
  (limit) =>
    unitOfWork.run(async ({ streams }) => {
      const now = clock.now();
      const silent = (await streams.silent(now, limit)).filter((stream) => !isLive(stream, now));
      await streams.saveAll(silent.map((stream) => ({ ...expire(stream), version: stream.version + 1 })));
      return { done: silent.length };
    });

export const liveStreams =
  ({ unitOfWork, clock }: PlaybackDeps): PlaybackQuestions['live'] =>
  async ({ accountId }) => {
    const open = await unitOfWork.read(({ streams }) => streams.openOf(accountId));
    const now = clock.now();
    return open.filter((stream) => isLive(stream, now));
  };
