import { DomainError } from '../kernel/domain-error.ts';
import { BeatLedger } from './beat-ledger.ts';
import type { PlaybackDeps } from './deps.ts';
import { streamEvent } from './events.ts';
import type { PlaybackCommands } from './face.ts';
import type { Liveness } from './liveness.ts';
import { pairsOf } from './apply-beats.ts';
import { stop } from './stream.ts';
import { heldStream } from './viewer.ts';

export const stopStream =
  ({ unitOfWork, clock, ids, policy, secrets }: PlaybackDeps, liveness: Liveness): PlaybackCommands['stop'] =>
  async (request) => {
    const { streamId, positionSeconds } = request;
    await unitOfWork.run(async ({ streams, progress, outbox }) => {
      const held = await heldStream(streams, request, secrets);
      const moment = { now: clock.now(), policy };
      const ledger = new BeatLedger({
        streams: [held],
        progress: await progress.hold(pairsOf([held])),
        standings: new Map(),
        ids,
        moment,
      });
      const last =
        positionSeconds === null
          ? ledger.live(held.id)
          : ledger.apply(held.id, {
              seq: held.seq + 1,
              positionSeconds,
              state: held.status === 'paused' ? 'paused' : 'playing',
            });
      const stopped = last instanceof DomainError ? undefined : stop(last, moment);
      if (stopped) ledger.put(stopped);
      const changes = ledger.changes();
      await streams.saveAll(changes.streams);
      await progress.saveAll(changes.progress);
      await outbox.add([
        ...changes.events,
        ...(stopped ? [streamEvent('playback.stopped', stopped, { ids, now: moment.now })] : []),
      ]);
    });
    liveness.forget([streamId]);
  };
