import type { AccountActor, Actor } from '../kernel/actor.ts';
import type { DomainError } from '../kernel/domain-error.ts';
import type { DueWork, Swept } from '../kernel/due.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { MediaForm } from './ports.ts';
import type { WatchState } from './progress.ts';
import type { Stream } from './stream.ts';
import type { StreamStatus } from './stream-lifecycle.ts';

/** Who speaks for a stream: its account, or whoever holds the secret of a stream without one. */
export interface Viewer {
  readonly actor: Actor;
  /** The secret that a start without an account handed out. */
  readonly token: string | null;
}

export interface StartRequest {
  readonly actor: Actor;
  readonly titleId: string;
  readonly deviceId: string;
  readonly deviceName: string | null;
  readonly terminate: readonly string[];
}

/** The hold on a seat: it ends at `expiresAt` unless a heartbeat comes before. */
export interface Lease {
  readonly expiresAt: Instant;
  readonly heartbeatSeconds: number;
}

/** How the media is reached: by a ticket, the signed right to what we deliver; or at the provider that delivers it. */
export type StartedMedia =
  { readonly form: MediaForm; readonly ticket: string } | { readonly form: 'remote'; readonly url: string };

export interface Started {
  readonly stream: Stream;
  readonly media: StartedMedia;
  readonly maxHeight: number;
  readonly resumePositionSeconds: number;
  /** Null without an account: no seat is taken. */
  readonly lease: Lease | null;
  /** The stream's secret, for viewers without an account; shown this once. */
  readonly sessionToken: string | null;
}

export interface Beat extends Viewer {
  readonly streamId: string;
  readonly seq: number;
  readonly positionSeconds: number;
  readonly state: 'playing' | 'paused';
}

export interface BeatResult {
  readonly lease: Lease | null;
  readonly status: StreamStatus;
  readonly positionSeconds: number;
}

/** What became of one beat of a batch: a refused one fails alone. */
export type BeatOutcome = BeatResult | DomainError;

export interface StopRequest extends Viewer {
  readonly streamId: string;
  readonly positionSeconds: number | null;
}

export interface WatchRequest {
  readonly actor: AccountActor;
  readonly titleId: string;
  readonly event: WatchState;
  readonly positionSeconds: number | null;
}

/** One line of a shelf or of the history. */
export interface ShelfItem {
  readonly titleId: string;
  readonly title: string;
  readonly state: WatchState;
  readonly positionSeconds: number;
  readonly durationSeconds: number | null;
  readonly percent: number | null;
  readonly lastWatchedAt: Instant;
  /** Not covered by what the account holds now. */
  readonly locked: boolean;
}

/** Media that a ticket opened, right now. */
export interface OpenMedia {
  readonly titleId: string;
  readonly form: MediaForm;
  readonly storageKey: string;
  readonly contentType: string;
  /** The lesser of what the ticket says and what the viewer may have now. */
  readonly maxHeight: number;
}

export interface PlaybackCommands {
  /**
   * Takes a seat and hands out the ticket. Refuses with `request.not-found`, `playback.sign-in-required`,
   * `playback.tier-too-low`, `playback.media-not-ready` and `playback.stream-limit-reached`.
   */
  start(request: StartRequest): Promise<Started>;
  /** Renews a lease and keeps the position. Refuses with `request.not-found` and the three ends of a stream. */
  heartbeat(beat: Beat): Promise<BeatResult>;
  /** Beats that came together, in one transaction; outcomes in their order. */
  recordBeats(beats: readonly Beat[]): Promise<readonly BeatOutcome[]>;
  /** Frees the seat at once. Stopping a dead stream changes nothing. */
  stop(request: StopRequest): Promise<void>;
  /** Ends every stream of an account that was suspended or deleted; again changes nothing. */
  endStreamsOf(accountId: string): Promise<void>;
  /**
   * Ends every stream of a deleted account and erases its progress, its watch log, its devices and its archives,
   * batch by batch. Rejects when more is left than one try erases; again changes nothing.
   */
  eraseAccount(accountId: string): Promise<void>;
  /** Logs a watch without a stream of ours. Refuses like `start`, but asks for no media and takes no seat. */
  logWatch(request: WatchRequest): Promise<ShelfItem>;
  /** Hides a title from *continue watching* until its next play. Refuses what was never watched. */
  dismiss(request: { readonly actor: AccountActor; readonly titleId: string }): Promise<void>;
  /** Writes down which streams fell silent, at most `limit`. No rule waits for it. */
  reapSilent(limit: number): Promise<Swept>;
  /** Moves old months of the history into files, at most `limit` of them. They are read as before. */
  archiveHistory(limit: number): Promise<Swept>;
}

export interface PlaybackQuestions extends DueWork {
  /** The account's live streams, oldest first. */
  live(actor: AccountActor): Promise<readonly Stream[]>;
  /**
   * The media that a ticket opens. Refuses with `media.ticket-invalid`, `media.ticket-expired`, and with the
   * ends of a stream when it is dead or its viewer lost the title; that verdict may be 10 s old.
   */
  openMedia(token: string): Promise<OpenMedia>;
  continueWatching(actor: AccountActor, request: PageRequest): Promise<Page<ShelfItem>>;
  recentlyWatched(actor: AccountActor, limit: number): Promise<readonly ShelfItem[]>;
  /** What was watched, newest first; `month` is `YYYY-MM` in UTC. */
  history(
    actor: AccountActor,
    request: PageRequest & { readonly month: string | null },
  ): Promise<Page<ShelfItem>>;
}

export interface Playback extends PlaybackCommands, PlaybackQuestions {}
