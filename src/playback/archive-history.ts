import { before, MINUTE, type Instant } from '../kernel/instant.ts';
import { archiveBorder, beginArchive, moved, type Archive } from './archive.ts';
import { pairsOf } from './apply-beats.ts';
import type { PlaybackDeps } from './deps.ts';
import type { PlaybackCommands } from './face.ts';
import type { Beginning } from './history-ports.ts';
import { monthAround } from './month.ts';
import type { PlaybackStores } from './ports.ts';
import { revisedProgress } from './progress.ts';
import type { Stream } from './stream.ts';
import { isViewing, viewingOfEntry, viewingOfStream } from './viewing.ts';
import type { WatchLogEntry } from './watch-log.ts';

/** Streams, and as many logged watches, that go into one file at the most. */
const MAX_ROWS = 500;
/** A file that is still being written after so long belongs to a process that died. */
const WRITING_MINUTES = 15;

/** Rows of one account and one month whose time in the database is over. */
interface OldRows extends Pick<Beginning, 'accountId'> {
  readonly streams: readonly Stream[];
  readonly entries: readonly WatchLogEntry[];
}

/**
 * Moves old months out of the database into files, at most `limit` files, oldest first. A file is written before
 * its rows go, and it counts from the transaction in which they go: so at every moment each viewing is in one of
 * the two places. What an attempt leaves that came to nothing, the next sweep clears away.
 */
export const archiveHistory =
  (deps: PlaybackDeps): PlaybackCommands['archiveHistory'] =>
  async (limit) => {
    let done = await clearAway(deps, limit);
    while (done < limit && (await archiveOldest(deps))) done += 1;
    return { done };
  };

async function archiveOldest(deps: PlaybackDeps): Promise<boolean> {
  const { unitOfWork, archive: files, clock, ids, policy } = deps;
  const border = archiveBorder(clock.now(), policy.historyMonths);
  const rows = await unitOfWork.read((stores) => oldRows(stores, border));
  if (!rows) return false;
  const viewings = [
    ...rows.streams.filter(isViewing).map(viewingOfStream),
    ...rows.entries.map(viewingOfEntry),
  ];
  if (viewings.length === 0) {
    await unitOfWork.run((stores) => takeOut(stores, rows));
    return true;
  }
  const made = { id: ids.next(), accountId: rows.accountId, begunAt: clock.now() };
  const archive = beginArchive(made, viewings);
  // Said before it is done: a file that nobody comes back for is found by this.
  await unitOfWork.run(({ archives }) => archives.add(archive));
  await files.put(archive, viewings);
  const isKept = await unitOfWork.run((stores) => keep(stores, archive, rows));
  if (!isKept) await abandon(deps, archive);
  return true;
}

async function oldRows({ streams, watchLog }: PlaybackStores, border: Instant): Promise<OldRows | undefined> {
  const [streamed, logged] = await Promise.all([streams.oldestEnded(border), watchLog.oldest(border)]);
  const oldest = streamed && logged ? older(streamed, logged) : (streamed ?? logged);
  if (!oldest) return undefined;
  const { accountId, startedAt } = oldest;
  // The border is the beginning of a month, so the whole month is behind it.
  const within = monthAround(startedAt);
  const [ended, log] = await Promise.all([
    streams.endedOf(accountId, within, MAX_ROWS),
    watchLog.of(accountId, { limit: MAX_ROWS, within }),
  ]);
  return { accountId, streams: ended, entries: log.items };
}

const older = (a: Beginning, b: Beginning): Beginning => (a.startedAt <= b.startedAt ? a : b);

/** Has the file count and its rows go; false when somebody moved either meanwhile. */
async function keep(stores: PlaybackStores, written: Archive, rows: OldRows): Promise<boolean> {
  const archive = await stores.archives.find(written.id);
  const kept = archive && moved(archive, 'keep');
  if (!kept || !(await takeOut(stores, rows))) return false;
  await stores.archives.save(kept);
  return true;
}

/**
 * Removes the rows if they are what was read: an erasure or another sweep may have been there. A stream carries
 * the progress that names it, so that is written down first: it outlives its streams.
 */
async function takeOut({ streams, progress, watchLog }: PlaybackStores, rows: OldRows): Promise<boolean> {
  const held = await streams.hold({ ids: rows.streams.map(({ id }) => id), accountIds: [] });
  const versions = new Map(held.map(({ id, version }) => [id, version]));
  const entryIds = rows.entries.map(({ id }) => id);
  const entries = await watchLog.hold(entryIds);
  const isUnmoved = rows.streams.every(({ id, version }) => versions.get(id) === version);
  if (!isUnmoved || entries.length < entryIds.length) return false;
  const carried = (await progress.hold(pairsOf(held))).filter(
    ({ streamId }) => streamId !== null && versions.has(streamId),
  );
  await progress.saveAll(carried.map((row) => revisedProgress(row, { ...row })));
  await streams.removeAll(held);
  await watchLog.remove(entryIds);
  return true;
}

/** Clears away attempts that came to nothing; how many there were. */
async function clearAway(deps: PlaybackDeps, limit: number): Promise<number> {
  const begunBy = before(deps.clock.now(), WRITING_MINUTES * MINUTE);
  const unfinished = await deps.unitOfWork.read(({ archives }) => archives.unfinished(begunBy, limit));
  for (const archive of unfinished) await abandon(deps, archive);
  return unfinished.length;
}

/** Removes the file of an attempt, once it can no longer be kept. */
async function abandon({ unitOfWork, archive: files }: PlaybackDeps, { id }: Archive): Promise<void> {
  const abandoned = await unitOfWork.run(async ({ archives }) => {
    const archive = await archives.find(id);
    if (!archive || archive.status === 'abandoned') return archive;
    const next = moved(archive, 'abandon');
    if (next) await archives.save(next);
    return next;
  });
  if (!abandoned) return;
  await files.remove(abandoned);
  await unitOfWork.run(({ archives }) => archives.forget(id));
}
