import { z } from 'zod';
import { route, type Route } from '../../../adapters/http/route.ts';
import { IdParam, ListOf, PageQuery } from '../../../adapters/http/schemas.ts';
import { refusal } from '../../../src/kernel/domain-error.ts';

/** Routes that ask nothing of the product: what they show is the edge's own doing. */

const Thing = z.object({ name: z.string() }).meta({ id: 'Thing' });
const Who = z.object({ who: z.string() });
const tag = 'Planted';
const wrongCredentials = refusal('unauthenticated', 'planted.wrong-credentials', 'Wrong.');
const busyFor = refusal('conflict', 'planted.busy', 'Busy.', (seconds: number) => ({
  retry_after_seconds: seconds,
  limit: 2,
  status: 'not the status',
}));

export const plantedRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/open',
    tag,
    summary: 'Anybody',
    access: 'public',
    reply: { status: 200, schema: Who },
    refuses: [],
    handle: async (_usher, { actor }) => ({ body: { who: actor.kind } }),
  }),
  route({
    method: 'get',
    path: '/mine',
    tag,
    summary: 'Signed in',
    access: 'account',
    reply: { status: 200, schema: Who },
    refuses: [],
    handle: async (_usher, { actor }) => ({ body: { who: actor.accountId } }),
  }),
  route({
    method: 'post',
    path: '/rules',
    tag,
    summary: 'Admins',
    access: 'admin',
    body: Thing,
    reply: { status: 201, schema: Thing },
    refuses: [],
    handle: async (_usher, { body }) => ({ body }),
  }),
  route({
    method: 'get',
    path: '/for-services',
    tag,
    summary: 'Services',
    access: 'service',
    scope: 'entitlements:read',
    reply: { status: 204 },
    refuses: [],
    handle: async () => ({ body: undefined }),
  }),
  route({
    method: 'post',
    path: '/things',
    tag,
    summary: 'Make',
    access: 'public',
    body: z.object({ name: z.string().min(1).max(20), extra: z.record(z.string(), z.unknown()).optional() }),
    reply: { status: 201, schema: z.unknown() },
    refuses: ['request.invalid'],
    handle: async (_usher, { body }) => ({ body, headers: { Location: '/somewhere' } }),
  }),
  route({
    method: 'post',
    path: '/once',
    tag,
    summary: 'Make once',
    access: 'account',
    body: z.object({ name: z.string() }),
    idempotent: true,
    reply: { status: 201, schema: z.unknown() },
    refuses: [],
    handle: async (_usher, { idempotency }) => ({ body: idempotency ?? null, replayed: true }),
  }),
  route({
    method: 'get',
    path: '/things/{id}',
    tag,
    summary: 'Show',
    access: 'public',
    params: IdParam,
    reply: { status: 200, schema: z.object({ id: z.string() }) },
    refuses: ['request.not-found'],
    handle: async (_usher, { params }) => ({ body: { id: params.id } }),
  }),
  route({
    method: 'delete',
    path: '/things/{id}',
    tag,
    summary: 'Remove',
    access: 'public',
    params: IdParam,
    reply: { status: 204 },
    refuses: [],
    handle: async () => ({ body: undefined }),
  }),
  route({
    method: 'get',
    path: '/things/special',
    tag,
    summary: 'A fixed name beside a parameter',
    access: 'public',
    reply: { status: 200, schema: z.object({ id: z.string() }) },
    refuses: [],
    handle: async () => ({ body: { id: 'special' } }),
  }),
  route({
    method: 'get',
    path: '/features/{feature}',
    tag,
    summary: 'A parameter that is no id',
    access: 'public',
    params: z.object({ feature: z.string().max(20) }),
    reply: { status: 200, schema: z.object({ feature: z.string() }) },
    refuses: [],
    handle: async (_usher, { params }) => ({ body: params }),
  }),
  route({
    method: 'get',
    path: '/list',
    tag,
    summary: 'List',
    access: 'public',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(Thing) },
    refuses: [],
    handle: async (_usher, { query }) => ({
      body: { items: [{ name: String(query.limit) }], next_cursor: null },
    }),
  }),
  route({
    method: 'put',
    path: '/picture',
    tag,
    summary: 'Upload',
    access: 'public',
    upload: { types: ['image/png', 'video/*'] },
    reply: { status: 200, schema: z.object({ bytes: z.number() }) },
    refuses: [],
    handle: async (_usher, { upload }) => {
      let bytes = 0;
      for await (const chunk of upload?.stream ?? []) bytes += (chunk as Buffer).length;
      return { body: { bytes } };
    },
  }),
  route({
    method: 'put',
    path: '/unread',
    tag,
    summary: 'An upload that is refused unread',
    access: 'public',
    upload: { types: ['*/*'] },
    reply: { status: 200 },
    refuses: ['planted.busy'],
    handle: async () => {
      throw busyFor(3);
    },
  }),
  route({
    method: 'post',
    path: '/register',
    tag,
    summary: 'Register',
    access: 'public',
    rate: 'register',
    body: z.object({}),
    reply: { status: 201, schema: z.object({}) },
    refuses: [],
    handle: async () => ({ body: {} }),
  }),
  route({
    method: 'post',
    path: '/login',
    tag,
    summary: 'Log in',
    access: 'public',
    rate: 'login',
    body: z.object({ email: z.string(), password: z.string() }),
    authenticates: async (_usher, { body }) => {
      if (body.password !== 'right') throw wrongCredentials();
      return { name: body.email };
    },
    reply: { status: 200, schema: Who },
    refuses: ['planted.wrong-credentials'],
    handle: async (_usher, { signedIn }) => ({ body: { who: signedIn.name } }),
  }),
  route({
    method: 'post',
    path: '/boom',
    tag,
    summary: 'A defect',
    access: 'public',
    reply: { status: 200 },
    refuses: [],
    handle: async () => {
      throw new Error('the secret of the database is hunter2');
    },
  }),
  route({
    method: 'get',
    path: '/slow',
    tag,
    summary: 'Takes its time',
    access: 'public',
    reply: { status: 200, schema: z.object({}) },
    refuses: [],
    handle: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { body: {} };
    },
  }),
];
