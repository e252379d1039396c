import type { PlaybackPolicy } from './policy.ts';

/** What the rules about positions need of a title. An unknown duration is null. */
export interface RunningTime {
  readonly durationSeconds: number | null;
  /** Where the credits begin, when somebody has said so. */
  readonly creditsStartSeconds: number | null;
}

const known = (durationSeconds: number | null): durationSeconds is number =>
  durationSeconds !== null && durationSeconds > 0;

/** The position within the title, to the millisecond: what lies beyond the duration is its end. */
export function clamped(positionSeconds: number, { durationSeconds }: RunningTime): number {
  const position = Math.max(0, Math.round(positionSeconds * 1_000) / 1_000);
  return known(durationSeconds) ? Math.min(position, durationSeconds) : position;
}

/** *Started*: position ≥ min(60 s, 5 %). */
export function isStarted(
  positionSeconds: number,
  { durationSeconds }: RunningTime,
  policy: PlaybackPolicy,
): boolean {
  const share = known(durationSeconds) ? durationSeconds * policy.startedShare : Infinity;
  return positionSeconds >= Math.min(policy.startedSeconds, share);
}

/**
 * *Completed*: from the credits mark on if one is set, else > 90 % or ≤ 30 s left. Nothing completes that has
 * not started (a 20 s clip would be complete at 0), and without a duration only a mark can complete.
 */
export function isCompleted(positionSeconds: number, time: RunningTime, policy: PlaybackPolicy): boolean {
  const { durationSeconds, creditsStartSeconds } = time;
  if (!isStarted(positionSeconds, time, policy)) return false;
  if (creditsStartSeconds !== null && creditsStartSeconds > 0) return positionSeconds >= creditsStartSeconds;
  if (!known(durationSeconds)) return false;
  const isNearEnd = durationSeconds - positionSeconds <= policy.completedLeftSeconds;
  return positionSeconds > durationSeconds * policy.completedShare || isNearEnd;
}

/** Whether so much watching is a view: min(10 s, half the duration). */
export function isView(
  watchedSeconds: number,
  { durationSeconds }: RunningTime,
  policy: PlaybackPolicy,
): boolean {
  const half = known(durationSeconds) ? durationSeconds / 2 : Infinity;
  return watchedSeconds >= Math.min(policy.viewSeconds, half);
}

/** How much of the title lies behind the position, in whole percent; null without a duration. */
export function percentOf(positionSeconds: number, durationSeconds: number | null): number | null {
  if (!known(durationSeconds)) return null;
  return Math.min(100, Math.floor((positionSeconds / durationSeconds) * 100));
}

/** Where the next playing begins: at the start again once the last one ended behind the completion mark. */
export const resumePosition = (positionSeconds: number, time: RunningTime, policy: PlaybackPolicy): number =>
  isCompleted(positionSeconds, time, policy) ? 0 : clamped(positionSeconds, time);
