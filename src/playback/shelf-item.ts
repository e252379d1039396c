import { covered, isVisible } from './admission.ts';
import type { ShelfItem } from './face.ts';
import { percentOf } from './marks.ts';
import type { PlayableTitle, Standing, WatchLogEntry } from './ports.ts';
import { stateOf, type Progress } from './progress.ts';
import type { Stream } from './stream.ts';

type Seen = Omit<ShelfItem, 'percent' | 'locked' | 'durationSeconds'>;

/** A line as it is shown today: the duration is the title's, as far as it is known. */
function line(seen: Seen, durationSeconds: number | null, locked: boolean): ShelfItem {
  return { ...seen, durationSeconds, percent: percentOf(seen.positionSeconds, durationSeconds), locked };
}

export const itemOfProgress = (progress: Progress, title: PlayableTitle, locked: boolean): ShelfItem =>
  line(
    {
      titleId: title.id,
      title: title.title,
      state: stateOf(progress),
      positionSeconds: progress.positionSeconds,
      lastWatchedAt: progress.lastWatchedAt,
    },
    title.durationSeconds ?? progress.durationSeconds,
    locked,
  );

export const itemOfStream = (stream: Stream, locked: boolean): ShelfItem =>
  line(
    {
      titleId: stream.titleId,
      title: stream.title,
      state: stateOf({ completedAt: stream.completedAt, isPaused: stream.pausedAt !== null }),
      positionSeconds: stream.positionSeconds,
      lastWatchedAt: stream.lastSeenAt,
    },
    stream.durationSeconds,
    locked,
  );

export const itemOfLog = (entry: WatchLogEntry, locked: boolean): ShelfItem =>
  line(
    {
      titleId: entry.titleId,
      title: entry.title,
      state: entry.state,
      positionSeconds: entry.positionSeconds,
      lastWatchedAt: entry.startedAt,
    },
    entry.durationSeconds,
    locked,
  );

export interface Beholder {
  readonly standing: Standing;
  readonly isPrivileged: boolean;
}

/** Whether the beholder could not start this title now; one that is gone is locked for everybody. */
export const isLocked = (title: PlayableTitle | undefined, { standing, isPrivileged }: Beholder): boolean =>
  !title || !isVisible(title, isPrivileged) || !covered({ isPrivileged }, standing, title.accessLevel);
