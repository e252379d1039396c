import type { AccessLevel, DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Locks } from '../kernel/unit-of-work.ts';
import type { AssetStore, FileRemovalStore, ResumableUploadStore } from './asset-ports.ts';
import type { Genre } from './genre.ts';
import type { PictureSize, Rendition } from './rendition.ts';
import type { TitleStatus } from './title-lifecycle.ts';
import type { TitleOrder } from './title-order.ts';
import type { DayViews, Trend } from './trending.ts';
import type { Title, TitleDetail } from './title.ts';
import type { TitleKind } from './kinds.ts';

/** What a list of titles is narrowed to; null is no condition. */
export interface TitleFilter {
  readonly kind: TitleKind | null;
  /** As of `searchedWords`: each begins a word of the title, its description, a genre's name or its channel's name. */
  readonly words: readonly string[] | null;
  readonly genreId: string | null;
  readonly accessLevel: AccessLevel | null;
  readonly channelId: string | null;
  /** As at the instant of the question. */
  readonly status: TitleStatus | null;
}

export interface TitleListing {
  readonly filter: TitleFilter;
  /** Only what everybody may see: published and public. */
  readonly openOnly: boolean;
  /** `newest`, `popular` and `trending` fall, `title` rises; `relevance` is titles whose own words match, then others. */
  readonly order: TitleOrder;
  readonly now: Instant;
}

export interface TitleStore {
  find(id: string): Promise<Title | undefined>;
  findByCode(code: string): Promise<Title | undefined>;
  /** Titles with their genres and figures, by one statement, in no promised order; absent ones are left out. */
  details(ids: readonly string[]): Promise<readonly TitleDetail[]>;
  /** Ties go by id, in the same direction. A cursor of another order is refused. */
  list(request: PageRequest, listing: TitleListing): Promise<Page<TitleDetail>>;
  /** Stores a new title with figures of nought; a code that another title has is a lost race. */
  add(title: Title): Promise<void>;
  /** Stores a title whose `version` is one above the stored one; any other is a lost race. */
  save(title: Title): Promise<void>;
  /** Removes a title with its figures and views. */
  remove(id: string): Promise<void>;
  /** Scheduled titles whose instant has come, earliest first. */
  listDue(now: Instant, limit: number): Promise<readonly Title[]>;
  /** The earliest instant of a scheduled title at or before `until`. */
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

/** A view that happened; `key` makes it count once however often it is told. */
export interface CountedView {
  readonly key: string;
  readonly titleId: string;
  readonly at: Instant;
}

export interface FigureStore {
  /**
   * Adds the views not told before to their titles and days; views of absent titles are dropped. The title of
   * each that counted; nobody else counts views of theirs until the unit of work ends.
   */
  countViews(views: readonly CountedView[]): Promise<readonly string[]>;
  /** Views by day of some titles, from a day on: by title, then by day; days without any are left out. */
  viewsByDay(titleIds: readonly string[], from: Instant): Promise<readonly DayViews[]>;
  /** Stores where titles stand; absent ones are left out. */
  rank(trends: readonly Trend[]): Promise<void>;
  /** Titles whose score is another by now, earliest first: nobody else counts their views until the unit of work ends. */
  takeDue(now: Instant, limit: number): Promise<readonly string[]>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

export interface GenreStore {
  find(id: string): Promise<Genre | undefined>;
  findMany(ids: readonly string[]): Promise<readonly Genre[]>;
  findByKey(nameKey: string): Promise<Genre | undefined>;
  /** By folded name. */
  list(request: PageRequest): Promise<Page<Genre>>;
  /** Stores a new genre; a folded name that another genre has is a lost race. */
  add(genre: Genre): Promise<void>;
  save(genre: Genre): Promise<void>;
  /** Removes a genre, and it from every title. */
  remove(id: string): Promise<void>;
}

/** What a channel is called, as its context told: titles are found by it. */
export interface ChannelName {
  readonly channelId: string;
  readonly name: string;
  /** Its words, as search compares them. */
  readonly words: string;
}

export interface ChannelNameStore {
  /** Stores a name in the place of the one before. */
  put(name: ChannelName): Promise<void>;
  remove(channelId: string): Promise<void>;
}

export interface CatalogStores extends Locks {
  readonly titles: TitleStore;
  readonly figures: FigureStore;
  readonly genres: GenreStore;
  readonly channelNames: ChannelNameStore;
  readonly assets: AssetStore;
  readonly resumableUploads: ResumableUploadStore;
  readonly fileRemovals: FileRemovalStore;
  readonly outbox: Outbox;
}

/** A stored file, and what its first bytes told. */
export interface MediaFile {
  readonly storageKey: string;
  readonly contentType: string;
}

/** What a media file turned out to hold. */
export interface Inspection {
  /** Null where the file does not say. */
  readonly durationSeconds: number | null;
  /** Null where there is sound alone. */
  readonly picture: PictureSize | null;
}

export interface PackagingOrder {
  readonly source: MediaFile;
  readonly kind: TitleKind;
  /** Where the package is to lie. Nothing is there before it is whole. */
  readonly packageKey: string;
  /**
   * Told every few seconds for as long as the work goes on, with per cent, whether or not there is progress.
   * False: somebody else is at it by now; stop.
   */
  readonly report: (progress: number) => Promise<boolean>;
}

/** What came out, as measured. */
export interface MeasuredPackage {
  readonly renditions: readonly Rendition[];
  readonly durationSeconds: number;
}

/** `unreadable` is the file's fault and final; `interrupted` is nobody's. Everything else is thrown. */
export type PackagingOutcome =
  | { readonly package: MeasuredPackage; readonly fault: null }
  | { readonly package: null; readonly fault: 'unreadable' | 'interrupted' };

/** Turns a stored file into a package that players take in pieces, in several sizes. */
export interface Packager {
  /**
   * Looks into a file, within bounds of time and memory, and follows nothing that it points to. `unreadable`:
   * it is not what its first bytes promised, lacks what a title of this kind needs, or is beyond all measure.
   */
  inspect(file: MediaFile, kind: TitleKind): Promise<Inspection | 'unreadable'>;
  package(order: PackagingOrder): Promise<PackagingOutcome>;
}

/** Who looks at the catalogue. */
export interface Viewer {
  readonly accountId: string | null;
  readonly isAdmin: boolean;
}

/** What a viewer may watch now: the level held, and why it is no higher. */
export interface Standing {
  readonly level: AccessLevel;
  readonly reason: DenialReason | null;
}

/** Asks the neighbour that knows what was paid for. Not asked of nobody, nor of admins. */
export interface ViewerStanding {
  of(accountId: string): Promise<Standing>;
}
