import type { Instant } from '../kernel/instant.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Archive } from './archive.ts';
import type { Span } from './month.ts';
import type { Viewing } from './viewing.ts';
import type { WatchLogEntry } from './watch-log.ts';

export interface HistoryRequest extends PageRequest {
  /** Only what began within. */
  readonly within?: Span | undefined;
}

/** Where the history of somebody begins. */
export interface Beginning {
  readonly accountId: string;
  readonly startedAt: Instant;
}

export interface WatchLogStore {
  add(entry: WatchLogEntry): Promise<void>;
  /** Entries of an account, newest first. */
  of(accountId: string, request: HistoryRequest): Promise<Page<WatchLogEntry>>;
  /** The oldest entry of all that began before `border`. */
  oldest(border: Instant): Promise<Beginning | undefined>;
  /** Those of these entries that are there; held until the work ends. */
  hold(ids: readonly string[]): Promise<readonly WatchLogEntry[]>;
  /** Removes entries; one that is not there is a lost race. */
  remove(ids: readonly string[]): Promise<void>;
  /** Removes at most `limit` entries of an account; how many there were. */
  erase(accountId: string, limit: number): Promise<number>;
}

/** Archives that may hold something begun from `from` until `until`, both included; null is no bound. */
export interface Reach {
  readonly from: Instant | null;
  readonly until: Instant | null;
}

/** What the database knows of the files of the history. A file counts when its archive is kept, and not before. */
export interface ArchiveStore {
  add(archive: Archive): Promise<void>;
  /** Stores an archive whose `version` is one above the stored one; any other is a lost race. */
  save(archive: Archive): Promise<void>;
  find(id: string): Promise<Archive | undefined>;
  /** The kept ones of an account within reach, by their newest viewing, newest first. */
  keptOf(accountId: string, request: PageRequest & Reach): Promise<Page<Archive>>;
  /** At most `limit` that were abandoned, or are still being written and were begun at or before `begunBy`. */
  unfinished(begunBy: Instant, limit: number): Promise<readonly Archive[]>;
  /** Forgets an abandoned archive; one that is gone is fine. */
  forget(id: string): Promise<void>;
  /** Removes at most `limit` kept ones of an account; how many there were. */
  erase(accountId: string, limit: number): Promise<number>;
}

/** Where an archive's file lies. */
export type ArchivePlace = Pick<Archive, 'id' | 'accountId' | 'month'>;

/** The files of the history, compressed. Outside every transaction: `ArchiveStore` says which of them count. */
export interface ArchiveFiles {
  /** Whole and safe when it resolves. Nothing can be read before; again replaces. */
  put(place: ArchivePlace, viewings: readonly Viewing[]): Promise<void>;
  /** In the order they were put; undefined when there is no file. Rejects when it is damaged. */
  get(place: ArchivePlace): Promise<readonly Viewing[] | undefined>;
  /** Removes a file, and what an interrupted `put` left of it; one that is gone is fine. */
  remove(place: ArchivePlace): Promise<void>;
  /** Removes every file of an account. */
  erase(accountId: string): Promise<void>;
}
