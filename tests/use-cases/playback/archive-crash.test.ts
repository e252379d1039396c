import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fileArchive } from '../../../adapters/archive/file-archive.ts';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { after, DAY, HOUR, instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { ArchiveFiles } from '../../../src/playback/index.ts';
import { person, playbackOn } from '../../world/playback.ts';
import { onEveryStore } from '../../world/stores.ts';
import { everyArchive, filesBelow, lay, positionsOf, type Watched } from '../../world/watch-history.ts';

const NOVEMBER = instant(Date.UTC(2024, 10, 20));
const TODAY = instant(Date.UTC(2026, 1, 10));
const WATCHED = Array.from({ length: 20 }, (_, index): Watched => ({
  at: after(NOVEMBER, index * DAY),
  kind: index % 3 === 0 ? 'log' : 'stream',
  position: index + 1,
}));
const ALL = WATCHED.map(({ position }) => position).toReversed();

class Crash extends Error {}

function crashOnly(error: unknown): Crash {
  if (error instanceof Crash) return error;
  throw error;
}

interface Outside {
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly files: ArchiveFiles;
}

/** The world outside of a process that dies before or after its `fatal`-th step that anybody else can see. */
function dyingAt(fatal: number, when: 'before' | 'after', { unitOfWork, files }: Outside): Outside {
  let steps = 0;
  const step = async <R>(act: () => Promise<R>): Promise<R> => {
    steps += 1;
    if (steps === fatal && when === 'before') throw new Crash();
    const result = await act();
    if (steps === fatal) throw new Crash();
    return result;
  };
  return {
    unitOfWork: {
      read: (work) => unitOfWork.read(work),
      single: (work) => step(() => unitOfWork.single(work)),
      run: (work) => step(() => unitOfWork.run(work)),
    },
    files: {
      get: (place) => files.get(place),
      put: (place, viewings) => step(() => files.put(place, viewings)),
      remove: (place) => step(() => files.remove(place)),
      erase: (accountId) => step(() => files.erase(accountId)),
    },
  };
}

onEveryStore('archiving history, with a process that dies', (open) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-archive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('loses nothing and shows nothing twice, wherever it dies, and leaves nothing behind', async () => {
    const outside = { unitOfWork: await open(), files: fileArchive(folder) };
    const { unitOfWork, files: archive } = outside;
    const reader = playbackOn(unitOfWork, { startAt: TODAY, archive });
    let deaths = 0;
    for (const when of ['before', 'after'] as const)
      for (let fatal = 1; ; fatal += 1) {
        const viewer = person();
        await lay(unitOfWork, viewer, WATCHED);
        const doomed = dyingAt(fatal, when, outside);
        const sweeper = playbackOn(doomed.unitOfWork, { startAt: TODAY, archive: doomed.files });
        const end = await sweeper.playback.archiveHistory(10).catch((error: unknown) => crashOnly(error));
        const shown = (limit: number) => positionsOf(reader, viewer, { limit, month: null });
        expect(await shown(7), `died ${when} step ${fatal}`).to.deep.equal(ALL);

        // Whoever clears away what it left dies, too.
        const next = dyingAt(1 + (fatal % 3), when, outside);
        const startAt = after(TODAY, HOUR);
        const successor = playbackOn(next.unitOfWork, { startAt, archive: next.files });
        await successor.playback.archiveHistory(10).catch((error: unknown) => crashOnly(error));
        expect(await shown(5), `twice, ${when} step ${fatal}`).to.deep.equal(ALL);

        const heir = playbackOn(unitOfWork, { startAt: after(startAt, HOUR), archive });
        while ((await heir.playback.archiveHistory(10)).done > 0);
        expect(await shown(6), `after ${when} step ${fatal}`).to.deep.equal(ALL);
        const kept = await everyArchive(unitOfWork, viewer.accountId);
        expect(kept.map(({ month }) => month)).to.deep.equal(['2024-12', '2024-11']);
        const names = kept.map(({ id, month }) => `${month}.${id}.jsonl.gz`).sort();
        expect(await filesBelow(join(folder, viewer.accountId))).to.deep.equal(names);
        if (!(end instanceof Crash)) {
          expect(end).to.deep.equal({ done: 2 });
          break;
        }
        deaths += 1;
      }
    expect(deaths, 'two files, each begun, written and kept').to.equal(12);
  });
});
