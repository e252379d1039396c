import type { PlaybackDeps } from './deps.ts';
import type { PlaybackCommands } from './face.ts';
import type { PlaybackStores } from './ports.ts';

const BATCH = 500;
/** A hundred thousand rows of one kind: what is left then is erased by the next try. */
const MAX_BATCHES = 200;

type Eraser = (stores: PlaybackStores, accountId: string) => Promise<number>;

const ERASERS: readonly Eraser[] = [
  ({ streams }, accountId) => streams.eraseDevices(accountId, BATCH),
  ({ progress }, accountId) => progress.erase(accountId, BATCH),
  ({ watchLog }, accountId) => watchLog.erase(accountId, BATCH),
  // Behind the rows: none is left that a sweep could still move into an archive.
  ({ archives }, accountId) => archives.erase(accountId, BATCH),
];

/**
 * Forgets where a deleted account watched, and what. Its streams end first: an open one would go on writing.
 * What stays is that somebody watched a title for so long, under an id that names nobody any more.
 */
export const eraseAccount =
  (
    { unitOfWork, archive: files }: PlaybackDeps,
    endStreamsOf: PlaybackCommands['endStreamsOf'],
  ): PlaybackCommands['eraseAccount'] =>
  async (accountId) => {
    await endStreamsOf(accountId);
    for (const erase of ERASERS) {
      let left = BATCH;
      for (let batch = 0; left === BATCH && batch < MAX_BATCHES; batch += 1)
        left = await unitOfWork.run((stores) => erase(stores, accountId));
      if (left === BATCH) throw new Error(`account ${accountId} has more to erase`);
    }
    await files.erase(accountId);
  };
