import { z } from 'zod';
import { ACCESS_LEVELS } from '../../src/kernel/access-level.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import {
  TITLE_KINDS,
  TITLE_SORTS,
  TITLE_STATUSES,
  VISIBILITIES,
  type BrowseRequest,
  type TitleChanges,
  type TitleDraft,
  type TitleKind,
  type Viewer,
} from '../../src/catalog/index.ts';
import { PageQuery, pageRequest } from './schemas.ts';

/** Titles as queries and bodies bring them. */

const Id = z.string().max(64);

export const BrowseQuery = PageQuery.extend({
  q: z.string().max(200).optional().meta({
    description:
      'Words in any order, without case or accents. Each begins a word of the title, its description, a genre or the channel.',
  }),
  genre: Id.optional().meta({ description: 'Id of a genre.' }),
  access_level: z.enum(ACCESS_LEVELS).optional(),
  channel: Id.optional().meta({ description: 'Id of a channel.' }),
  status: z.enum(TITLE_STATUSES).optional().meta({ description: 'Others than `published` for admins.' }),
  sort: z.enum(TITLE_SORTS).optional().meta({
    description:
      '`popular` by all views, `trending` by those of the last seven days. By default `newest`; with `q`, titles that are called so come before others.',
  }),
});

export const TitlesQuery = BrowseQuery.extend({ kind: z.enum(TITLE_KINDS).optional() });

export const viewerOf = (actor: Actor): Viewer =>
  actor.kind === 'account'
    ? { accountId: actor.accountId, isAdmin: actor.isAdmin }
    : { accountId: null, isAdmin: false };

export const browseRequest = (
  query: z.output<typeof BrowseQuery>,
  kind: TitleKind | null,
  actor: Actor,
): BrowseRequest => ({
  page: pageRequest(query),
  sort: query.sort ?? null,
  viewer: viewerOf(actor),
  filter: {
    kind,
    q: query.q ?? null,
    genreId: query.genre ?? null,
    accessLevel: query.access_level ?? null,
    channelId: query.channel ?? null,
    status: query.status ?? null,
  },
});

const seconds = z.number().int().max(1_000_000);
const text = {
  title: z.string().trim().min(1).max(200),
  description: z.string().max(5_000),
  genres: z.array(Id).max(20).meta({ description: 'Ids.' }),
  access_level: z.enum(ACCESS_LEVELS),
  visibility: z.enum(VISIBILITIES),
  duration_seconds: seconds.min(1).nullable(),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/)
    .nullable()
    .meta({ description: 'BCP 47, such as `pt-BR`.' }),
  release_year: z.number().int().min(1800).max(2200).nullable(),
  credits_start_seconds: seconds.min(0).nullable(),
  allow_comments: z.boolean(),
};

export const TitleBody = z.object({
  title: text.title,
  description: text.description.default(''),
  genres: text.genres.default([]),
  access_level: text.access_level.default('free'),
  visibility: text.visibility.default('private'),
  duration_seconds: text.duration_seconds.default(null),
  language: text.language.default(null),
  release_year: text.release_year.default(null),
  credits_start_seconds: text.credits_start_seconds.default(null),
  allow_comments: text.allow_comments.default(true),
  code: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,59}$/)
    .nullable()
    .default(null)
    .meta({ description: 'A name of your own, unique: importing twice makes one title.' }),
});

export const TitlePatch = z.object(text).partial();

export const draftOf = (body: z.output<typeof TitleBody>): TitleDraft => ({
  title: body.title,
  description: body.description,
  genreIds: body.genres,
  accessLevel: body.access_level,
  visibility: body.visibility,
  durationSeconds: body.duration_seconds,
  language: body.language,
  releaseYear: body.release_year,
  creditsStartSeconds: body.credits_start_seconds,
  allowComments: body.allow_comments,
});

/** Only what was sent. */
export const changesOf = (body: z.output<typeof TitlePatch>): TitleChanges => ({
  ...(body.title === undefined ? {} : { title: body.title }),
  ...(body.description === undefined ? {} : { description: body.description }),
  ...(body.genres === undefined ? {} : { genreIds: body.genres }),
  ...(body.access_level === undefined ? {} : { accessLevel: body.access_level }),
  ...(body.visibility === undefined ? {} : { visibility: body.visibility }),
  ...(body.duration_seconds === undefined ? {} : { durationSeconds: body.duration_seconds }),
  ...(body.language === undefined ? {} : { language: body.language }),
  ...(body.release_year === undefined ? {} : { releaseYear: body.release_year }),
  ...(body.credits_start_seconds === undefined ? {} : { creditsStartSeconds: body.credits_start_seconds }),
  ...(body.allow_comments === undefined ? {} : { allowComments: body.allow_comments }),
});
