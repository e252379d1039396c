import { covered } from './admission.ts';
import { isStarted, isView } from './marks.ts';
import type { Standing } from './ports.ts';
import type { Progress } from './progress.ts';
import { UNLIMITED } from './seats.ts';
import { isLive, report, type Moment, type Report, type Stream } from './stream.ts';

/** A live stream as its last report left it, and what that report was judged by. */
export interface KnownStream {
  readonly stream: Stream;
  /** Seats of the account when all rules were last applied to its streams. */
  readonly maxDevices: number;
  /** Whether the account's progress bears that mark already; a viewer without an account has none to bear it. */
  readonly isStarted: boolean;
}

export const knownStream = (
  stream: Stream,
  progress: Progress | undefined,
  standing: Standing | undefined,
): KnownStream => ({
  stream,
  maxDevices: standing?.maxDevices ?? UNLIMITED,
  isStarted: stream.accountId === null || (progress?.startedAt ?? null) !== null,
});

export interface SteadyReport {
  readonly reported: Report;
  /** Undefined for a viewer without an account. */
  readonly standing: Standing | undefined;
  readonly moment: Moment;
}

/**
 * The stream, one version on, after a report that does nothing but renew the lease and move the position, as
 * nearly all do; undefined when the report may do more and all rules must be applied: it is late, ends
 * something, is a view, or passes a mark. Another limit of seats concerns every stream of the account.
 */
export function steadyReport(
  known: KnownStream,
  { reported, standing, moment }: SteadyReport,
): Stream | undefined {
  const { stream } = known;
  if (reported.seq <= stream.seq || !isLive(stream, moment.now)) return undefined;
  if (standing && !keepsSeat(known, standing)) return undefined;
  const next = report(stream, reported, moment);
  const { positionSeconds, watchedSeconds } = next;
  const { policy } = moment;
  if (next.viewedAt === null && isView(watchedSeconds, next, policy)) return undefined;
  if (next.completedAt !== stream.completedAt) return undefined;
  if (!known.isStarted && isStarted(positionSeconds, next, policy)) return undefined;
  return { ...next, version: stream.version + 1 };
}

const keepsSeat = ({ stream, maxDevices }: KnownStream, standing: Standing): boolean =>
  standing.maxDevices === maxDevices && covered(stream, standing, stream.accessLevel);
