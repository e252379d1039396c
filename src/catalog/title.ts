import type { AccessLevel } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import { targets } from '../kernel/state-machine.ts';
import type { AssetKind, TitleKind } from './kinds.ts';
import { sortKeyOf } from './fold.ts';
import type { GenreName } from './genre.ts';
import { refusals } from './refusals.ts';
import { titleLifecycle, type TitleStatus } from './title-lifecycle.ts';
import { wordText } from './words.ts';

export const VISIBILITIES = ['private', 'public'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** What an editor writes about a title. */
export interface TitleDraft {
  readonly title: string;
  readonly description: string;
  readonly genreIds: readonly string[];
  readonly accessLevel: AccessLevel;
  readonly visibility: Visibility;
  readonly durationSeconds: number | null;
  readonly language: string | null;
  readonly releaseYear: number | null;
  /** Where the credits start: past it, a viewer has completed the title. */
  readonly creditsStartSeconds: number | null;
  readonly allowComments: boolean;
}

export type TitleChanges = Partial<TitleDraft>;

/** The assets that serve: a replacement takes their place only when it is ready. */
export type ServingAssets = Readonly<Record<`${AssetKind}AssetId`, string | null>>;

export interface Title extends TitleDraft, ServingAssets {
  readonly id: string;
  readonly kind: TitleKind;
  /** A stable name given by who imports it, so that importing twice makes one title. Unique. */
  readonly code: string | null;
  /** As stored; `asOf` tells what it is at an instant. */
  readonly status: TitleStatus;
  /** When it was, or will be, published; null before it was ever asked for. */
  readonly publishedAt: Instant | null;
  /** null: the house's own. */
  readonly channelId: string | null;
  /** The account that made it; null when it was seeded. */
  readonly createdBy: string | null;
  readonly createdAt: Instant;
  /** What `newest` orders by: the publication, or the creation of what was never published. */
  readonly listedAt: Instant;
  readonly sortTitle: string;
  /** One more with each save; the rules leave it alone. */
  readonly version: number;
}

export interface MeasuredAsset {
  readonly kind: AssetKind;
  readonly durationSeconds: number | null;
}

export interface TitleOrigin {
  readonly id: string;
  readonly kind: TitleKind;
  readonly code: string | null;
  readonly createdBy: string | null;
  readonly now: Instant;
}

export function createTitle(draft: TitleDraft, { now, ...origin }: TitleOrigin): Title {
  return described({
    ...draft,
    ...origin,
    status: 'draft',
    publishedAt: null,
    channelId: null,
    mediaAssetId: null,
    trailerAssetId: null,
    posterAssetId: null,
    createdAt: now,
    listedAt: now,
    sortTitle: '',
    version: 1,
  });
}

export const editTitle = (title: Title, changes: TitleChanges): Title => described({ ...title, ...changes });

/** Fills what follows from the text, and refuses marks that contradict each other. */
function described(title: Title): Title {
  const { durationSeconds, creditsStartSeconds } = title;
  if (durationSeconds !== null && creditsStartSeconds !== null && creditsStartSeconds > durationSeconds)
    throw refusals.creditsAfterEnd();
  return {
    ...title,
    genreIds: [...new Set(title.genreIds)].sort(),
    sortTitle: sortKeyOf(title.title),
  };
}

/** The title at `now`: a scheduled one is published from its instant on, whether or not a sweep ran. */
export const asOf = (title: Title, now: Instant): Title =>
  title.status === 'scheduled' && title.publishedAt !== null && title.publishedAt <= now
    ? { ...title, status: 'published' }
    : title;

export const isPublished = (title: Title, now: Instant): boolean => asOf(title, now).status === 'published';

/** Publishes now, or schedules for a later `at`. Needs media that is ready. */
export function publish(title: Title, { at, now }: { readonly at: Instant; readonly now: Instant }): Title {
  if (title.mediaAssetId === null) throw refusals.titleNotReady();
  const status = at > now ? 'scheduled' : 'published';
  if (!targets(titleLifecycle, title.status, 'publish').includes(status)) throw refusals.alreadyPublished();
  if (title.status === 'published') return title;
  const publishedAt = at > now ? at : now;
  return { ...title, status, publishedAt, listedAt: publishedAt };
}

export function archive(title: Title): Title {
  const [status] = targets(titleLifecycle, title.status, 'archive');
  if (status === undefined) throw refusals.notPublished();
  return title.status === status ? title : { ...title, status };
}

/** The title with another serving asset of one kind. */
export const serve = (title: Title, kind: AssetKind, assetId: string): Title => ({
  ...title,
  [`${kind}AssetId`]: assetId,
});

/** The title with the running time of its media, when nobody gave one and none of its marks lies beyond that. */
export function withDuration(title: Title, { kind, durationSeconds }: MeasuredAsset): Title {
  if (kind !== 'media' || durationSeconds === null || title.durationSeconds !== null) return title;
  const measured = Math.max(1, Math.round(durationSeconds));
  return (title.creditsStartSeconds ?? 0) > measured ? title : { ...title, durationSeconds: measured };
}

export const servingAsset = (title: Title, kind: AssetKind): string | null => title[`${kind}AssetId`];

/** What a title is found by, as texts of words: what it is called, and that with what it is about. */
export interface TitleWords {
  readonly titleWords: string;
  readonly words: string;
}

export const wordsOfTitle = ({ title, description }: Pick<Title, 'title' | 'description'>): TitleWords => ({
  titleWords: wordText(title),
  words: wordText(title, description),
});

/** Counters of a title. They change often, so they are stored beside it and move no version. */
export interface TitleFigures {
  readonly titleId: string;
  readonly views: number;
  /** The score of its views of the last days, as of the last one or the last midnight. */
  readonly trending: number;
  /** When `trending` is another without a view; null: never. */
  readonly trendingDueAt: Instant | null;
  readonly votesUp: number;
  readonly votesDown: number;
  readonly ratingCount: number;
  readonly ratingSum: number;
}

export const noFigures = (titleId: string): TitleFigures => ({
  titleId,
  views: 0,
  trending: 0,
  trendingDueAt: null,
  votesUp: 0,
  votesDown: 0,
  ratingCount: 0,
  ratingSum: 0,
});

/** A title with what its page shows. */
export interface TitleDetail {
  readonly title: Title;
  /** By name. */
  readonly genres: readonly GenreName[];
  readonly figures: TitleFigures;
}
