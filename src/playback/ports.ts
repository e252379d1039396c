import type { AccessLevel, DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Locks } from '../kernel/unit-of-work.ts';
import type { ArchiveStore, Beginning, HistoryRequest, WatchLogStore } from './history-ports.ts';
import type { RunningTime } from './marks.ts';
import type { Span } from './month.ts';
import type { Progress } from './progress.ts';
import type { Stream } from './stream.ts';

/** A title as playback sees it. */
export interface PlayableTitle extends RunningTime {
  readonly id: string;
  readonly kind: 'video' | 'music';
  readonly title: string;
  readonly accessLevel: AccessLevel;
  readonly isPublished: boolean;
  readonly visibility: 'public' | 'private';
  /** The bytes that can be sent now; null while no asset is ready. */
  readonly media: PlayableMedia | null;
}

/** A file as it was uploaded, or a package: renditions in segments, of which a plan's height picks. */
export type MediaForm = 'file' | 'package';

export type PlayableMedia = StoredMedia | ProvidedMedia;

export interface StoredMedia {
  readonly assetId: string;
  readonly form: MediaForm;
  readonly storageKey: string;
  readonly contentType: string;
  readonly bytes: number;
}

/** Media that a provider keeps and delivers in our place. */
export interface ProvidedMedia {
  readonly assetId: string;
  readonly form: 'remote';
  readonly provider: string;
  readonly playbackId: string;
}

/** The right to play one thing at a provider. */
export interface PlaybackRight {
  readonly playbackId: string;
  readonly maxHeight: number;
  readonly forSeconds: number;
}

/**
 * Makes addresses at which a provider plays media, each with a playback token that is signed here. Nobody can take
 * one back: it is good until it ends, and as high as it says where the provider knows of heights.
 */
export interface ProviderPlayback {
  readonly provider: string;
  urlOf(right: PlaybackRight): Promise<string>;
}

/** Answered by the catalogue. Absent titles are undefined, or missing from the map. */
export interface Titles {
  find(titleId: string): Promise<PlayableTitle | undefined>;
  many(titleIds: readonly string[]): Promise<ReadonlyMap<string, PlayableTitle>>;
}

/** What an account may watch now. */
export interface Standing {
  readonly level: AccessLevel;
  /** Why the level is not higher, when something ended, is paused or suspended; null when nothing is amiss. */
  readonly reason: DenialReason | null;
  /** Streams at once; -1 is unlimited. */
  readonly maxDevices: number;
  /** The greatest picture height, in lines. */
  readonly maxHeight: number;
}

/** Answered by the entitlements. `many` answers for every id it is asked for. */
export interface Standings {
  of(accountId: string): Promise<Standing>;
  many(accountIds: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
}

/** What a ticket says: it opens this media for this stream, until then. */
export interface Ticket {
  readonly streamId: string;
  readonly titleId: string;
  readonly form: MediaForm;
  readonly storageKey: string;
  /** Of the file. */
  readonly contentType: string;
  readonly maxHeight: number;
  readonly expiresAt: Instant;
}

export interface Tickets {
  issue(ticket: Ticket): string;
  /** The ticket that a token is; `invalid` when it is not one of ours, whatever it says about its end. */
  read(token: string): Ticket | 'invalid';
}

/** Secrets of viewers without an account: shown once, kept as a hash. */
export interface StreamSecrets {
  issue(): { readonly secret: string; readonly hash: string };
  hash(secret: string): string;
}

/** What a report changes of a stream when it only renews the lease and moves the position. */
export type SettledReport = Pick<
  Stream,
  | 'id'
  | 'status'
  | 'seq'
  | 'positionSeconds'
  | 'watchedSeconds'
  | 'lastSeenAt'
  | 'aliveUntil'
  | 'pausedAt'
  | 'version'
>;

export interface StreamStore {
  find(id: string): Promise<Stream | undefined>;
  /** The streams of these ids, and every stream without an end of these accounts; held until the work ends. */
  hold(wanted: {
    readonly ids: readonly string[];
    readonly accountIds: readonly string[];
  }): Promise<readonly Stream[]>;
  /** Streams of one account without an end, oldest first. Silence may have ended some. */
  openOf(accountId: string): Promise<readonly Stream[]>;
  /** Stores a new stream; a second one without an end for (account, device) is a lost race. */
  add(stream: Stream): Promise<void>;
  /** Stores streams whose `version` is one above the stored one; any other is a lost race. */
  saveAll(streams: readonly Stream[]): Promise<void>;
  /**
   * Stores each report whose `version` is one above that of its stream; tells which streams those are. Each is
   * settled by itself: one that is stale is left out. Progress follows, see `ProgressStore`.
   */
  settle(reports: readonly SettledReport[]): Promise<ReadonlySet<string>>;
  /** At most `limit` streams without an end whose time ran out at or before `now`, longest first; held. */
  silent(now: Instant, limit: number): Promise<readonly Stream[]>;
  /** The earliest end of a lease at or before `until`, of streams without an end. */
  nextSilentAt(until: Instant): Promise<Instant | undefined>;
  /** Takes the devices out of at most `limit` ended streams of an account; how many still named one. */
  eraseDevices(accountId: string, limit: number): Promise<number>;
  /** Streams of an account that reported at least once, newest started first. */
  reportedOf(accountId: string, request: HistoryRequest): Promise<Page<Stream>>;
  /** Of all ended streams that began before `border` and still name an account's device, the oldest. */
  oldestEnded(border: Instant): Promise<Beginning | undefined>;
  /** At most `limit` ended streams of an account that began within and still name a device. */
  endedOf(accountId: string, within: Span, limit: number): Promise<readonly Stream[]>;
  /** Removes streams that are stored in this version; any other is a lost race. Progress must not need them. */
  removeAll(streams: readonly Stream[]): Promise<void>;
}

export interface PairKey {
  readonly accountId: string;
  readonly titleId: string;
}

/**
 * A stream carries the progress that names it: reports that it settled after `streamSeq` are in every answer, and
 * in the order of the lists, as if they had been saved here.
 */
export interface ProgressStore {
  find(pair: PairKey): Promise<Progress | undefined>;
  /** The progress of these pairs, as far as there is one; held until the work ends. */
  hold(pairs: readonly PairKey[]): Promise<readonly Progress[]>;
  /** Stores progress whose `version` is one above the stored one (1 when there is none); any other is a lost race. */
  saveAll(progress: readonly Progress[]): Promise<void>;
  /** Started, not completed, not dismissed; newest first. */
  unfinishedOf(accountId: string, request: PageRequest): Promise<Page<Progress>>;
  /** The account's latest, newest first. */
  latestOf(accountId: string, limit: number): Promise<readonly Progress[]>;
  /** Removes at most `limit` rows of an account; how many there were. */
  erase(accountId: string, limit: number): Promise<number>;
}

export interface PlaybackStores extends Locks {
  readonly streams: StreamStore;
  readonly progress: ProgressStore;
  readonly watchLog: WatchLogStore;
  readonly archives: ArchiveStore;
  readonly outbox: Outbox;
}
