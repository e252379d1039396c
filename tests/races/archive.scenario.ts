import { fileArchive } from '../../adapters/archive/file-archive.ts';
import { monthAround } from '../../src/playback/month.ts';
import { beginArchive } from '../../src/playback/archive.ts';
import { viewingOfStream } from '../../src/playback/viewing.ts';
import type { AccountActor } from '../../src/kernel/actor.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { ids, playbackOn } from '../world/playback.ts';
import { positionsOf } from '../world/watch-history.ts';
import type { Scenario } from './scenario.ts';

export interface ArchiveSettings {
  readonly viewer: AccountActor;
  readonly now: Instant;
  /** Where the files lie, for all processes. */
  readonly folder: string;
  /** Takes the rows out first, and has them in a file a moment later. */
  readonly naive: boolean;
}

/** Somebody who sweeps until nothing is left, or who reads the whole history so many times. */
export type ArchiveContender =
  { readonly kind: 'sweeper' } | { readonly kind: 'reader'; readonly limit: number; readonly times: number };

/** What a reader saw each time; nothing for a sweeper. */
export type Sights = readonly (readonly number[])[];

const scenario: Scenario<ArchiveSettings, ArchiveContender, Sights> = ({ unitOfWork, settings }) => {
  const { viewer, now, folder, naive } = settings;
  const archive = fileArchive(folder);
  const world = playbackOn(unitOfWork, { startAt: now, archive });

  /** As somebody would who never dies, and is never watched. */
  async function moveCarelessly(): Promise<number> {
    const taken = await unitOfWork.run(async ({ streams }) => {
      const oldest = await streams.oldestEnded(now);
      if (!oldest) return [];
      const rows = await streams.endedOf(oldest.accountId, monthAround(oldest.startedAt), 500);
      await streams.removeAll(rows);
      return rows;
    });
    if (taken.length === 0) return 0;
    const viewings = taken.map(viewingOfStream);
    const made = { id: ids.next(), accountId: viewer.accountId, begunAt: now };
    const begun = beginArchive(made, viewings);
    await archive.put(begun, viewings);
    await unitOfWork.run(({ archives }) => archives.add({ ...begun, status: 'kept' }));
    return 1;
  }

  return async (contender) => {
    if (contender.kind === 'reader') {
      const sights: (readonly number[])[] = [];
      for (let time = 0; time < contender.times; time += 1)
        sights.push(await positionsOf(world, viewer, { limit: contender.limit, month: null }));
      return sights;
    }
    const sweep = naive ? moveCarelessly : async () => (await world.playback.archiveHistory(1)).done;
    while ((await sweep()) > 0);
    return [];
  };
};

export default scenario;
