import type { AccessLevel } from '../kernel/access-level.ts';
import { after, before, earlier, HOUR, MINUTE, SECOND, type Instant } from '../kernel/instant.ts';
import { follow, isFinal } from '../kernel/state-machine.ts';
import { clamped, isCompleted, type RunningTime } from './marks.ts';
import type { PlaybackPolicy } from './policy.ts';
import { streamLifecycle, type StreamStatus } from './stream-lifecycle.ts';

/** Why a stream was terminated, for the viewer who is cut off. */
export type EndReason = 'same_device' | 'other_device' | 'limit_lowered' | 'access_lost' | 'account_closed';

/** One playing of one title on one device. A *session* is a sign-in; this is a stream. */
export interface Stream extends RunningTime {
  readonly id: string;
  /** Null for a viewer without an account, who holds the stream's secret instead of a seat. */
  readonly accountId: string | null;
  readonly secretHash: string | null;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly titleId: string;
  readonly title: string;
  readonly accessLevel: AccessLevel;
  /** Started by an admin: neither plan nor limit ends it. */
  readonly isPrivileged: boolean;
  /** What another device names to end this stream. Opaque, and shown to its own account only. */
  readonly terminationCode: string;
  readonly status: StreamStatus;
  /** Number of the last report that counted; -1 before the first. */
  readonly seq: number;
  readonly positionSeconds: number;
  readonly watchedSeconds: number;
  readonly startedAt: Instant;
  readonly lastSeenAt: Instant;
  /** The end of the lease; for viewers without an account, of the ticket. Alive strictly before it. */
  readonly aliveUntil: Instant;
  readonly pausedAt: Instant | null;
  /** When this playing was counted as a view, or found to be part of one. */
  readonly viewedAt: Instant | null;
  readonly completedAt: Instant | null;
  /** Null while it holds its seat in the store's eyes; silence may have ended it before that. */
  readonly endedAt: Instant | null;
  readonly endReason: EndReason | null;
  readonly endedByDevice: string | null;
  readonly version: number;
}

export type NewStream = Pick<
  Stream,
  | 'id'
  | 'accountId'
  | 'secretHash'
  | 'deviceId'
  | 'deviceName'
  | 'titleId'
  | 'title'
  | 'accessLevel'
  | 'isPrivileged'
  | 'terminationCode'
  | 'positionSeconds'
  | 'durationSeconds'
  | 'creditsStartSeconds'
>;

/** A player's report. `seq` grows with each; what comes late, or twice, has no effect. */
export interface Report {
  readonly seq: number;
  readonly positionSeconds: number;
  readonly state: 'playing' | 'paused';
}

export interface Moment {
  readonly now: Instant;
  readonly policy: PlaybackPolicy;
}

export function beginStream(draft: NewStream, { now, policy }: Moment): Stream {
  const aliveUntil =
    draft.accountId === null
      ? ticketEnd(draft.durationSeconds, { now, policy })
      : after(now, policy.leaseSeconds * SECOND);
  return {
    ...draft,
    status: 'starting',
    seq: -1,
    watchedSeconds: 0,
    startedAt: now,
    lastSeenAt: now,
    aliveUntil,
    pausedAt: null,
    viewedAt: null,
    completedAt: null,
    endedAt: null,
    endReason: null,
    endedByDevice: null,
    version: 1,
  };
}

/** How long a ticket for a title is good: 3 × the running time, 6 h to 24 h; 24 h for an unknown one. */
export function ticketEnd(durationSeconds: number | null, { now, policy }: Moment): Instant {
  const greatest = policy.ticketMaxHours * HOUR;
  const wanted =
    durationSeconds === null ? greatest : Math.ceil(durationSeconds * SECOND * policy.ticketRunningTimes);
  return after(now, Math.min(greatest, Math.max(policy.ticketMinHours * HOUR, wanted)));
}

/** Whether the stream holds its seat at `now`: computed, so that no sweeper can be late. */
export const isLive = (stream: Stream, now: Instant): boolean =>
  stream.endedAt === null && now < stream.aliveUntil;

/** Order of age: the earlier start, then the smaller id. */
export const byAge = (a: Stream, b: Stream): number => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1);

/** The stream after a report; a report whose `seq` is not above the last one changes nothing. */
export function report(stream: Stream, reported: Report, moment: Moment): Stream {
  if (reported.seq <= stream.seq) return stream;
  const { now, policy } = moment;
  const status = follow(streamLifecycle, stream.status, reported.state === 'playing' ? 'play' : 'pause');
  if (status === undefined) return stream;
  const positionSeconds = clamped(reported.positionSeconds, stream);
  const pausedAt = reported.state === 'paused' ? (stream.pausedAt ?? now) : null;
  return {
    ...stream,
    status,
    seq: reported.seq,
    positionSeconds,
    watchedSeconds: stream.watchedSeconds + watchedSince(stream, positionSeconds, reported, now),
    lastSeenAt: now,
    aliveUntil: stream.accountId === null ? stream.aliveUntil : leaseEnd(pausedAt, moment),
    pausedAt,
    completedAt: stream.completedAt ?? (isCompleted(positionSeconds, stream, policy) ? now : null),
  };
}

/** A pause ends the lease at 30 min, whatever is reported meanwhile. */
function leaseEnd(pausedAt: Instant | null, { now, policy }: Moment): Instant {
  const end = after(now, policy.leaseSeconds * SECOND);
  return pausedAt === null ? end : earlier(end, after(pausedAt, policy.pausedMinutes * MINUTE));
}

/** Seconds watched between two reports: what the position gained, at most twice the wall time, so that seeking counts nothing. */
function watchedSince(stream: Stream, position: number, { state }: Report, now: Instant): number {
  if (stream.status === 'paused' && state === 'paused') return 0;
  const wallSeconds = Math.max(0, now - stream.lastSeenAt) / SECOND;
  return Math.max(0, Math.min(position - stream.positionSeconds, wallSeconds * 2));
}

/** Ended by its own viewer: `completed` behind the completion mark, else `stopped`. */
export function stop(stream: Stream, { now, policy }: Moment): Stream {
  const trigger = isCompleted(stream.positionSeconds, stream, policy) ? 'complete' : 'stop';
  return ended(stream, trigger, now);
}

/** Ended by silence or a long pause, at the instant the lease ran out. */
export const expire = (stream: Stream): Stream => ended(stream, 'expire', stream.aliveUntil);

export interface Termination {
  readonly reason: EndReason;
  readonly byDevice: string | null;
}

export const terminate = (stream: Stream, { reason, byDevice }: Termination, now: Instant): Stream => ({
  ...ended(stream, 'terminate', now),
  endReason: reason,
  endedByDevice: byDevice,
});

function ended(stream: Stream, trigger: 'complete' | 'stop' | 'expire' | 'terminate', at: Instant): Stream {
  const status = follow(streamLifecycle, stream.status, trigger);
  if (status === undefined || isFinal(streamLifecycle, stream.status)) return stream;
  return { ...stream, status, endedAt: at };
}

/** The stored record that follows `stored`, when anything changed. */
export const revised = (stored: Stream, next: Stream): Stream =>
  next === stored ? stored : { ...next, version: stored.version + 1 };

/** The start of the hour, or whatever `hours` says, before `now`: views at or before it do not block a new one. */
export const viewWindowStart = ({ now, policy }: Moment): Instant => before(now, policy.viewHours * HOUR);
