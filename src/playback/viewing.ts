import type { Instant } from '../kernel/instant.ts';
import { stateOf, type WatchState } from './progress.ts';
import type { Stream } from './stream.ts';
import type { WatchLogEntry } from './watch-log.ts';

/** One line of the history: a stream that reported, or a logged watch. Names no device. */
export interface Viewing {
  /** Of the stream, or of the entry of the log. */
  readonly id: string;
  readonly titleId: string;
  readonly title: string;
  readonly state: WatchState;
  readonly positionSeconds: number;
  readonly durationSeconds: number | null;
  /** What the server counted; null for a logged watch. */
  readonly watchedSeconds: number | null;
  readonly startedAt: Instant;
  readonly lastWatchedAt: Instant;
}

/** A stream that never reported was opened, not watched. */
export const isViewing = ({ seq }: Stream): boolean => seq >= 0;

export const viewingOfStream = (stream: Stream): Viewing => ({
  id: stream.id,
  titleId: stream.titleId,
  title: stream.title,
  state: stateOf({ completedAt: stream.completedAt, isPaused: stream.pausedAt !== null }),
  positionSeconds: stream.positionSeconds,
  durationSeconds: stream.durationSeconds,
  watchedSeconds: stream.watchedSeconds,
  startedAt: stream.startedAt,
  lastWatchedAt: stream.lastSeenAt,
});

export const viewingOfEntry = (entry: WatchLogEntry): Viewing => ({
  id: entry.id,
  titleId: entry.titleId,
  title: entry.title,
  state: entry.state,
  positionSeconds: entry.positionSeconds,
  durationSeconds: entry.durationSeconds,
  watchedSeconds: null,
  startedAt: entry.startedAt,
  lastWatchedAt: entry.startedAt,
});

type Place = Pick<Viewing, 'startedAt' | 'id'>;

/** The order of the history: the later beginning, then the greater id. */
export function newestFirst(a: Place, b: Place): number {
  if (a.id === b.id) return 0;
  return b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1);
}
