import { z } from 'zod';
import { catalogRefusals } from '../../../src/catalog/index.ts';
import { route, type Route } from '../route.ts';
import { IdParam, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { GenreView, genreView } from '../views/catalog.ts';

const { notFound, genreNameTaken } = catalogRefusals;
const Name = z.string().trim().min(1).max(50);

export const genreRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/genres',
    tag: 'Catalogue',
    summary: 'List the genres by name',
    access: 'public',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(GenreView) },
    refuses: [],
    handle: async ({ catalog }, { query }) => ({
      body: listOf(await catalog.listGenres(pageRequest(query)), genreView),
    }),
  }),

  route({
    method: 'get',
    path: '/genres/{id}',
    tag: 'Catalogue',
    summary: 'Show a genre',
    access: 'public',
    params: IdParam,
    reply: { status: 200, schema: GenreView },
    refuses: [notFound.code],
    handle: async ({ catalog }, { params }) => ({ body: genreView(await catalog.findGenre(params.id)) }),
  }),

  route({
    method: 'post',
    path: '/genres',
    tag: 'Catalogue',
    summary: 'Make a genre',
    access: 'admin',
    body: z.object({ name: Name }),
    reply: { status: 201, schema: GenreView },
    refuses: [genreNameTaken.code],
    handle: async ({ catalog }, { body }) => ({ body: genreView(await catalog.createGenre(body.name)) }),
  }),

  route({
    method: 'patch',
    path: '/genres/{id}',
    tag: 'Catalogue',
    summary: 'Rename a genre',
    access: 'admin',
    params: IdParam,
    body: z.object({ name: Name.optional() }),
    reply: { status: 200, schema: GenreView },
    refuses: [notFound.code, genreNameTaken.code],
    handle: async ({ catalog }, { params: { id }, body: { name } }) => ({
      body: genreView(await (name === undefined ? catalog.findGenre(id) : catalog.renameGenre(id, name))),
    }),
  }),

  route({
    method: 'delete',
    path: '/genres/{id}',
    tag: 'Catalogue',
    summary: 'Delete a genre, also from the titles that have it',
    access: 'admin',
    params: IdParam,
    reply: { status: 204 },
    refuses: [notFound.code],
    handle: async ({ catalog }, { params }) => {
      await catalog.deleteGenre(params.id);
      return { body: undefined };
    },
  }),
];
