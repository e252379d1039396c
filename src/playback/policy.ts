/** The numbers of rules.md, 'Playback'; each can be set by configuration. */
export interface PlaybackPolicy {
  /** How often a player reports. */
  readonly heartbeatSeconds: number;
  /** How long a seat is held without a report: three missed ones. */
  readonly leaseSeconds: number;
  /** How long a paused stream keeps its seat, however often it reports. */
  readonly pausedMinutes: number;
  /** What happens at the limit when nothing was named for termination. */
  readonly atLimit: 'reject_newest' | 'evict_oldest';
  /** Picture height for viewers without an account, in lines. */
  readonly anonymousMaxHeight: number;
  /** Picture height for admins, in lines. */
  readonly adminMaxHeight: number;
  /** A ticket is good for so many running times of its title, between a least and a greatest. */
  readonly ticketRunningTimes: number;
  readonly ticketMinHours: number;
  readonly ticketMaxHours: number;
  /** How long a verdict about a stream may be reused while its media is sent. */
  readonly mediaCheckSeconds: number;
  /** *Started* from this position, or from this share of the running time if that is less. */
  readonly startedSeconds: number;
  readonly startedShare: number;
  /** *Completed* beyond this share, or with at most so many seconds left. */
  readonly completedShare: number;
  readonly completedLeftSeconds: number;
  /** A view counts after so many seconds watched, or half of a shorter title. */
  readonly viewSeconds: number;
  /** An account's views of one title count at most once in so many hours. */
  readonly viewHours: number;
  /** How many titles *recently watched* shows. */
  readonly recentTitles: number;
  /** Whole months of the history that stay in the database beside the running one; older ones go into files. */
  readonly historyMonths: number;
}

export const playbackPolicy: PlaybackPolicy = {
  heartbeatSeconds: 30,
  leaseSeconds: 90,
  pausedMinutes: 30,
  atLimit: 'reject_newest',
  anonymousMaxHeight: 480,
  adminMaxHeight: 2160,
  ticketRunningTimes: 3,
  ticketMinHours: 6,
  ticketMaxHours: 24,
  mediaCheckSeconds: 10,
  startedSeconds: 60,
  startedShare: 0.05,
  completedShare: 0.9,
  completedLeftSeconds: 30,
  viewSeconds: 10,
  viewHours: 1,
  recentTitles: 50,
  historyMonths: 13,
};
