import { z } from 'zod';
import { ACCESS_LEVELS, DENIAL_REASONS } from '../../../src/kernel/access-level.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import {
  ASSET_STATUSES,
  LOCKED_REASONS,
  TITLE_KINDS,
  TITLE_STATUSES,
  VISIBILITIES,
  type Asset,
  type AssetSlot,
  type Genre,
  type Rendition,
  type ShownTitle,
  type SlotAsset,
  type TitleFigures,
} from '../../../src/catalog/index.ts';
import { Time, timeOf } from '../schemas.ts';

export const GenreView = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Genre' });

export const genreView = ({ id, name }: Pick<Genre, 'id' | 'name'>): z.input<typeof GenreView> => ({
  id,
  name,
});

const Figures = {
  views: z.number().int(),
  rating: z.object({ average: z.number().nullable(), count: z.number().int() }),
  votes: z.object({ up: z.number().int(), down: z.number().int() }),
};

export const TitleView = z
  .object({
    id: z.string(),
    kind: z.enum(TITLE_KINDS),
    code: z.string().nullable(),
    title: z.string(),
    description: z.string(),
    genres: z.array(GenreView),
    access_level: z.enum(ACCESS_LEVELS),
    duration_seconds: z.number().int().nullable(),
    credits_start_seconds: z.number().int().nullable(),
    language: z.string().nullable(),
    release_year: z.number().int().nullable(),
    poster_url: z.string().nullable(),
    trailer_url: z.string().nullable(),
    status: z.enum(TITLE_STATUSES),
    visibility: z.enum(VISIBILITIES),
    allow_comments: z.boolean(),
    channel_id: z.string().nullable(),
    published_at: Time.nullable().meta({ description: 'When it was, or is scheduled to be, published.' }),
    created_at: Time,
    created_by: z.string().nullable(),
    ...Figures,
    can_stream: z.boolean(),
    locked_reason: z.enum([...DENIAL_REASONS, ...LOCKED_REASONS]).nullable(),
  })
  .meta({ id: 'Title' });

/** Where posters and trailers are read by everybody. */
const publicMediaUrl = (assetId: string): string => `/media/public/${assetId}`;

const urlOf = (assetId: string | null): string | null => (assetId === null ? null : publicMediaUrl(assetId));

const figuresView = ({ views, votesUp, votesDown, ratingCount, ratingSum }: TitleFigures) => ({
  views,
  rating: { average: ratingCount === 0 ? null : ratingSum / ratingCount, count: ratingCount },
  votes: { up: votesUp, down: votesDown },
});

export const titleView = ({ title, genres, figures, verdict }: ShownTitle): z.input<typeof TitleView> => ({
  id: title.id,
  kind: title.kind,
  code: title.code,
  title: title.title,
  description: title.description,
  genres: genres.map(genreView),
  access_level: title.accessLevel,
  duration_seconds: title.durationSeconds,
  credits_start_seconds: title.creditsStartSeconds,
  language: title.language,
  release_year: title.releaseYear,
  poster_url: urlOf(title.posterAssetId),
  trailer_url: urlOf(title.trailerAssetId),
  status: title.status,
  visibility: title.visibility,
  allow_comments: title.allowComments,
  channel_id: title.channelId,
  published_at: timeOf(title.publishedAt),
  created_at: toRfc3339(title.createdAt),
  created_by: title.createdBy,
  ...figuresView(figures),
  can_stream: verdict.allowed,
  locked_reason: verdict.allowed ? null : verdict.reason,
});

const AssetProgressView = z.object({
  id: z.string(),
  status: z.enum(ASSET_STATUSES),
  progress: z.number().int().min(0).max(100).meta({ description: 'Per cent.' }),
});

export const AcceptedView = z.object({ asset: AssetProgressView });

export const acceptedView = ({ id, status, progress }: Asset): z.input<typeof AcceptedView> => ({
  asset: { id, status, progress },
});

const RenditionView = z
  .object({
    name: z.string(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    frame_rate: z.number().nullable(),
    codecs: z.string(),
    bandwidth: z.number().int().meta({ description: 'Bits per second at the most.' }),
    average_bandwidth: z.number().int(),
  })
  .meta({ id: 'Rendition' });

const renditionView = (rendition: Rendition): z.input<typeof RenditionView> => ({
  name: rendition.name,
  width: rendition.width,
  height: rendition.height,
  frame_rate: rendition.frameRate,
  codecs: rendition.codecs,
  bandwidth: rendition.bandwidth,
  average_bandwidth: rendition.averageBandwidth,
});

const AssetView = AssetProgressView.extend({
  content_type: z.string().nullable(),
  bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  duration_seconds: z.number().nullable().meta({ description: 'As measured.' }),
  packaging: z.enum(['hls', 'none', 'provider']).meta({
    description:
      'Whether there is a package of renditions, the file serves as it is, or a media provider sees to it.',
  }),
  renditions: z.array(RenditionView),
  failure: z
    .string()
    .nullable()
    .meta({ description: 'Code of what ended it, or of why it could not be packaged.' }),
  source_url: z.string().nullable().meta({
    description:
      'Where the file is had back as it was uploaded, relative to this server: for an hour, by whoever has it. Null where it is not kept.',
  }),
  created_at: Time,
  ready_at: Time.nullable(),
}).meta({ id: 'Asset' });

export const AssetSlotView = z.object({
  asset: AssetView.nullable().meta({ description: 'The newest upload.' }),
  serving: AssetView.nullable().meta({ description: 'What viewers get meanwhile.' }),
});

const assetView = (asset: SlotAsset): z.input<typeof AssetView> => ({
  id: asset.id,
  status: asset.status,
  progress: asset.progress,
  content_type: asset.contentType,
  bytes: asset.bytes,
  sha256: asset.sha256,
  duration_seconds: asset.durationSeconds,
  packaging: asset.remote ? 'provider' : asset.renditions === null ? 'none' : 'hls',
  renditions: (asset.renditions ?? []).map(renditionView),
  failure: asset.failure,
  source_url: asset.sourceLink === null ? null : `/media/source/${asset.sourceLink}`,
  created_at: toRfc3339(asset.createdAt),
  ready_at: timeOf(asset.readyAt),
});

export const assetSlotView = ({ newest, serving }: AssetSlot): z.input<typeof AssetSlotView> => ({
  asset: newest && assetView(newest),
  serving: serving && assetView(serving),
});
