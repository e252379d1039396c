import type { Instant } from '../kernel/instant.ts';
import { clamped, isCompleted, isStarted, type RunningTime } from './marks.ts';
import { viewWindowStart, type Moment, type Stream } from './stream.ts';

export type WatchState = 'started' | 'paused' | 'completed';

/** How far an account is in a title: one row for each pair, whatever the device. */
export interface Progress extends RunningTime {
  readonly id: string;
  readonly accountId: string;
  readonly titleId: string;
  readonly positionSeconds: number;
  /** What the newest report said; *completed* is `completedAt`. */
  readonly isPaused: boolean;
  /** When it first counted as started; null before. */
  readonly startedAt: Instant | null;
  /** When it was first completed; stays when the title is reopened. */
  readonly completedAt: Instant | null;
  /** Hidden from *continue watching* until the next play. */
  readonly dismissedAt: Instant | null;
  readonly lastWatchedAt: Instant;
  /** The newest stream that has reported: older ones no longer move the position. */
  readonly streamId: string | null;
  readonly streamStartedAt: Instant | null;
  /** Number of the last of its reports that is in this record. */
  readonly streamSeq: number | null;
  /** When a view of this account was last counted. */
  readonly viewedAt: Instant | null;
  readonly version: number;
}

export const stateOf = (of: {
  readonly completedAt: Instant | null;
  readonly isPaused: boolean;
}): WatchState => {
  if (of.completedAt !== null) return 'completed';
  return of.isPaused ? 'paused' : 'started';
};

export function newProgress(
  made: Pick<Progress, 'id' | 'accountId' | 'titleId' | 'durationSeconds' | 'creditsStartSeconds'>,
  now: Instant,
): Progress {
  return {
    ...made,
    positionSeconds: 0,
    isPaused: false,
    startedAt: null,
    completedAt: null,
    dismissedAt: null,
    lastWatchedAt: now,
    streamId: null,
    streamStartedAt: null,
    streamSeq: null,
    viewedAt: null,
    version: 0,
  };
}

/** The progress after its stream reported; the late report of an older stream than the newest changes nothing. */
export function followStream(progress: Progress, stream: Stream, moment: Moment): Progress {
  if (isOlder(stream, progress)) return progress;
  const moved = moveTo({ ...progress, ...runningTime(stream) }, stream.positionSeconds, moment);
  return {
    ...moved,
    isPaused: stream.status === 'paused',
    streamId: stream.id,
    streamStartedAt: stream.startedAt,
    streamSeq: stream.seq,
  };
}

/** Progress with the reports that its stream has settled since, as `followStream` would have left it. */
export function carried(progress: Progress, stream: Stream | undefined): Progress {
  const { streamSeq } = progress;
  if (!stream || streamSeq === null || stream.seq <= streamSeq) return progress;
  return {
    ...progress,
    ...runningTime(stream),
    positionSeconds: stream.positionSeconds,
    lastWatchedAt: stream.lastSeenAt,
    isPaused: stream.pausedAt !== null,
    streamSeq: stream.seq,
  };
}

const runningTime = ({ durationSeconds, creditsStartSeconds }: RunningTime): RunningTime => ({
  durationSeconds,
  creditsStartSeconds,
});

function isOlder(stream: Stream, { streamId, streamStartedAt }: Progress): boolean {
  if (streamId === null || streamStartedAt === null || streamId === stream.id) return false;
  return stream.startedAt === streamStartedAt ? stream.id < streamId : stream.startedAt < streamStartedAt;
}

/** The progress at a new position, with its marks. */
function moveTo(progress: Progress, position: number, { now, policy }: Moment): Progress {
  const positionSeconds = clamped(position, progress);
  const started = isStarted(positionSeconds, progress, policy);
  const completed = isCompleted(positionSeconds, progress, policy);
  return {
    ...progress,
    positionSeconds,
    lastWatchedAt: now,
    startedAt: progress.startedAt ?? (started ? now : null),
    completedAt: progress.completedAt ?? (completed ? now : null),
  };
}

/** What a client logs without a stream of ours. Without a position the known one stays. */
export interface WatchReport extends RunningTime {
  readonly event: WatchState;
  readonly positionSeconds: number | null;
}

/** The progress after a logged watch: a play, so it brings a dismissed title back. */
export function followLog(progress: Progress, watch: WatchReport, moment: Moment): Progress {
  const here = { ...progress, ...runningTime(watch), dismissedAt: null };
  const end = watch.event === 'completed' ? watch.durationSeconds : null;
  const moved = moveTo(here, watch.positionSeconds ?? end ?? progress.positionSeconds, moment);
  return {
    ...moved,
    isPaused: watch.event === 'paused',
    startedAt: moved.startedAt ?? (watch.event === 'completed' ? moment.now : null),
    completedAt: moved.completedAt ?? (watch.event === 'completed' ? moment.now : null),
  };
}

/** Whether a view would count now: the last one of this account and title is an hour old. */
export const mayCountView = ({ viewedAt }: Progress, moment: Moment): boolean =>
  viewedAt === null || viewedAt <= viewWindowStart(moment);

/** The row to store behind `stored`: one version on, when anything changed. */
export const revisedProgress = (stored: Progress, next: Progress): Progress =>
  next === stored ? stored : { ...next, version: stored.version + 1 };
