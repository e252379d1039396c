import { z } from 'zod';
import type { Actor } from '../../../src/kernel/actor.ts';
import { catalogRefusals, type TitleKind } from '../../../src/catalog/index.ts';
import type { Faces } from '../faces.ts';
import { route, type Route } from '../route.ts';
import { IdParam, InstantText, ListOf, listOf } from '../schemas.ts';
import {
  BrowseQuery,
  browseRequest,
  changesOf,
  draftOf,
  TitleBody,
  TitlePatch,
  TitlesQuery,
  viewerOf,
} from '../title-input.ts';
import { TitleView, titleView } from '../views/catalog.ts';

const { notFound, unknownGenre, creditsAfterEnd, titleCodeTaken } = catalogRefusals;
const { titleNotReady, alreadyPublished, notPublished } = catalogRefusals;

/** The path of each kind: a title is found under its own kind only. */
export const KIND_PATHS: readonly { readonly kind: TitleKind; readonly path: '/videos' | '/musics' }[] = [
  { kind: 'video', path: '/videos' },
  { kind: 'music', path: '/musics' },
];

interface Asked {
  readonly id: string;
  readonly kind: TitleKind | null;
  readonly actor: Actor;
}

const shown = async ({ catalog }: Faces, { id, kind, actor }: Asked): Promise<z.input<typeof TitleView>> =>
  titleView(await catalog.showTitle({ id, kind, viewer: viewerOf(actor) }));

const allTitles: readonly Route[] = [
  route({
    method: 'get',
    path: '/titles/{id}',
    tag: 'Catalogue',
    summary: 'Show a title of either kind',
    access: 'public',
    params: IdParam,
    object: 'title',
    reply: { status: 200, schema: TitleView },
    refuses: [notFound.code],
    handle: async (usher, { params, actor }) => ({
      body: await shown(usher, { ...params, kind: null, actor }),
    }),
  }),

  route({
    method: 'get',
    path: '/titles',
    tag: 'Catalogue',
    summary: 'Browse titles of both kinds',
    access: 'public',
    query: TitlesQuery,
    reply: { status: 200, schema: ListOf(TitleView) },
    refuses: [],
    handle: async ({ catalog }, { query, actor }) => ({
      body: listOf(await catalog.browse(browseRequest(query, query.kind ?? null, actor)), titleView),
    }),
  }),
];

const readRoutes = ({ kind, path }: (typeof KIND_PATHS)[number]): readonly Route[] => [
  route({
    method: 'get',
    path: `${path}/{id}`,
    tag: 'Catalogue',
    summary: `Show a ${kind} title`,
    access: 'public',
    params: IdParam,
    object: 'title',
    reply: { status: 200, schema: TitleView },
    refuses: [notFound.code],
    handle: async (usher, { params, actor }) => ({ body: await shown(usher, { ...params, kind, actor }) }),
  }),

  route({
    method: 'get',
    path,
    tag: 'Catalogue',
    summary: `Browse ${kind} titles`,
    access: 'public',
    query: BrowseQuery,
    reply: { status: 200, schema: ListOf(TitleView) },
    refuses: [],
    handle: async ({ catalog }, { query, actor }) => ({
      body: listOf(await catalog.browse(browseRequest(query, kind, actor)), titleView),
    }),
  }),
];

const editRoutes = ({ kind, path }: (typeof KIND_PATHS)[number]): readonly Route[] => [
  route({
    method: 'post',
    path,
    tag: 'Catalogue',
    summary: `Make a ${kind} title of the house, as a draft`,
    access: 'admin',
    body: TitleBody,
    reply: { status: 201, schema: TitleView, headers: { Location: 'Where the title is.' } },
    refuses: [unknownGenre.code, creditsAfterEnd.code, titleCodeTaken.code],
    handle: async (usher, { body, actor }) => {
      const { code } = body;
      const { id } = await usher.catalog.createTitle({
        kind,
        code,
        draft: draftOf(body),
        createdBy: actor.accountId,
      });
      return { body: await shown(usher, { id, kind, actor }), headers: { Location: `/api/v1${path}/${id}` } };
    },
  }),

  route({
    method: 'patch',
    path: `${path}/{id}`,
    tag: 'Catalogue',
    summary: `Edit a ${kind} title`,
    access: 'admin',
    params: IdParam,
    body: TitlePatch,
    object: 'title',
    reply: { status: 200, schema: TitleView },
    refuses: [notFound.code, unknownGenre.code, creditsAfterEnd.code],
    handle: async (usher, { params: { id }, body, actor }) => {
      await usher.catalog.editTitle({ id, kind }, changesOf(body));
      return { body: await shown(usher, { id, kind, actor }) };
    },
  }),

  route({
    method: 'delete',
    path: `${path}/{id}`,
    tag: 'Catalogue',
    summary: `Delete a ${kind} title and its files`,
    access: 'admin',
    params: IdParam,
    object: 'title',
    reply: { status: 204 },
    refuses: [notFound.code],
    handle: async ({ catalog }, { params: { id } }) => {
      await catalog.deleteTitle({ id, kind });
      return { body: undefined };
    },
  }),
];

const releaseRoutes = ({ kind, path }: (typeof KIND_PATHS)[number]): readonly Route[] => [
  route({
    method: 'post',
    path: `${path}/{id}/publish`,
    tag: 'Catalogue',
    summary: `Publish a ${kind} title, now or at a later time`,
    access: 'admin',
    params: IdParam,
    body: z.object({ at: InstantText.nullable().default(null) }),
    object: 'title',
    reply: { status: 200, schema: TitleView },
    refuses: [notFound.code, titleNotReady.code, alreadyPublished.code],
    handle: async (usher, { params: { id }, body, actor }) => {
      await usher.catalog.publishTitle({ id, kind }, body.at);
      return { body: await shown(usher, { id, kind, actor }) };
    },
  }),

  route({
    method: 'post',
    path: `${path}/{id}/archive`,
    tag: 'Catalogue',
    summary: `Take a ${kind} title out of the catalogue`,
    access: 'admin',
    params: IdParam,
    object: 'title',
    reply: { status: 200, schema: TitleView },
    refuses: [notFound.code, notPublished.code],
    handle: async (usher, { params: { id }, actor }) => {
      await usher.catalog.archiveTitle({ id, kind });
      return { body: await shown(usher, { id, kind, actor }) };
    },
  }),
];

export const titleRoutes: readonly Route[] = [
  ...KIND_PATHS.flatMap(readRoutes),
  ...allTitles,
  ...KIND_PATHS.flatMap(editRoutes),
  ...KIND_PATHS.flatMap(releaseRoutes),
];
