import type { PlaybackDeps } from './deps.ts';
import { streamEvent } from './events.ts';
import type { PlaybackCommands } from './face.ts';
import type { Liveness } from './liveness.ts';
import { seatsOf } from './start-stream.ts';
import { expire, isLive, terminate } from './stream.ts';

/** Cuts an account off: it was suspended or deleted. */
export const endStreamsOf =
  ({ unitOfWork, clock, ids }: PlaybackDeps, liveness: Liveness): PlaybackCommands['endStreamsOf'] =>
  async (accountId) => {
    const ended = await unitOfWork.run(async ({ lock, streams, outbox }) => {
      await lock(seatsOf(accountId));
      const now = clock.now();
      const open = await streams.hold({ ids: [], accountIds: [accountId] });
      const ends = open.map((stream) =>
        isLive(stream, now)
          ? terminate(stream, { reason: 'account_closed', byDevice: null }, now)
          : expire(stream),
      );
      await streams.saveAll(ends.map((stream) => ({ ...stream, version: stream.version + 1 })));
      const terminated = ends.filter(({ status }) => status === 'terminated');
      await outbox.add(terminated.map((stream) => streamEvent('playback.terminated', stream, { ids, now })));
      return ends.map(({ id }) => id);
    });
    liveness.forget(ended);
  };
