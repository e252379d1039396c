import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { DomainError } from '../../src/kernel/domain-error.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import type { SettledReport } from '../../src/playback/ports.ts';
import { playbackOn } from '../world/playback.ts';
import type { Scenario } from './scenario.ts';

export interface SteadySettings {
  readonly actor: Actor;
  /** Settles what a process remembers without looking whether the stream is still as it remembers it. */
  readonly naive: boolean;
}

/** Somebody who reports these numbers one after another, or who stops the stream after so many pauses. */
export type SteadyContender = { readonly streamId: string } & (
  | { readonly kind: 'player'; readonly seqs: readonly number[] }
  | { readonly kind: 'stopper'; readonly pauses: number }
);

/** Every contender has a memory of its own, as if each were in a process of its own. */
const scenario: Scenario<SteadySettings, SteadyContender, number> = ({ unitOfWork, settings }) => {
  const { actor, naive } = settings;
  const doors = naive ? blind(unitOfWork) : unitOfWork;
  return async (contender) => {
    const { playback } = playbackOn(doors);
    const viewer = { actor, token: null, streamId: contender.streamId };
    if (contender.kind === 'stopper') {
      for (let pause = 0; pause < contender.pauses; pause += 1) await new Promise(setImmediate);
      await playback.stop({ ...viewer, positionSeconds: null });
      return 0;
    }
    let highest = 0;
    for (const seq of contender.seqs) {
      const beat = { ...viewer, seq, positionSeconds: 1_000 + seq, state: 'playing' as const };
      try {
        const { positionSeconds } = await playback.heartbeat(beat);
        highest = Math.max(highest, positionSeconds);
      } catch (error) {
        if (error instanceof DomainError && error.code === 'playback.session-stopped') return highest;
        throw error;
      }
    }
    return highest;
  };
};

/** Writes the remembered stream over whatever is stored. */
const blind = (unitOfWork: UnitOfWork<AllStores>): UnitOfWork<AllStores> => ({
  run: (work) => unitOfWork.run(work),
  read: (work) => unitOfWork.read(work),
  single: (work) =>
    unitOfWork.run((stores) => {
      const settle = async (reports: readonly SettledReport[]): Promise<ReadonlySet<string>> => {
        const ids = reports.map(({ id }) => id);
        const byId = new Map(reports.map((report) => [report.id, report]));
        const held = await stores.streams.hold({ ids, accountIds: [] });
        await stores.streams.saveAll(
          held.map((stream) => ({ ...stream, ...byId.get(stream.id), version: stream.version + 1 })),
        );
        return new Set(ids);
      };
      return work({ ...stores, streams: { ...stores.streams, settle } });
    }),
});

export default scenario;
