import { z } from 'zod';
import { route } from '../route.ts';
import { ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { ActivityView, activityView } from '../views/playback.ts';
import { Position } from './playback.ts';

const TAG = 'Activities';

export const activityRoutes = [
  route({
    method: 'post',
    path: '/activities/watch',
    tag: TAG,
    summary: 'Log a watch without a stream',
    access: 'account',
    body: z.object({
      video_id: z.string().max(64).meta({ description: 'Any title, video or music.' }),
      event: z.enum(['started', 'paused', 'completed']).default('started'),
      position_seconds: Position.optional(),
    }),
    reply: { status: 201, schema: ActivityView },
    refuses: ['request.not-found', 'playback.tier-too-low'],
    handle: async ({ playback }, { actor, body }) => ({
      body: activityView(
        await playback.logWatch({
          actor,
          titleId: body.video_id,
          event: body.event,
          positionSeconds: body.position_seconds ?? null,
        }),
      ),
    }),
  }),

  route({
    method: 'get',
    path: '/activities/my',
    tag: TAG,
    summary: 'List what was watched, newest first',
    access: 'account',
    query: PageQuery.extend({
      month: z.string().max(7).optional().meta({ description: 'A calendar month in UTC: 2026-01.' }),
    }),
    reply: { status: 200, schema: ListOf(ActivityView) },
    refuses: ['request.invalid'],
    handle: async ({ playback }, { actor, query }) => ({
      body: listOf(
        await playback.history(actor, { ...pageRequest(query), month: query.month ?? null }),
        activityView,
      ),
    }),
  }),

  route({
    method: 'get',
    path: '/activities/continue-watching',
    tag: TAG,
    summary: 'List what was begun and not finished, newest first',
    access: 'account',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(ActivityView) },
    refuses: [],
    handle: async ({ playback }, { actor, query }) => ({
      body: listOf(await playback.continueWatching(actor, pageRequest(query)), activityView),
    }),
  }),

  route({
    method: 'delete',
    path: '/activities/continue-watching/{title_id}',
    tag: TAG,
    summary: 'Hide a title until its next play; the position is kept',
    access: 'account',
    params: z.object({ title_id: z.string().meta({ description: 'Opaque id.' }) }),
    reply: { status: 204 },
    refuses: ['request.not-found'],
    handle: async ({ playback }, { actor, params }) => {
      await playback.dismiss({ actor, titleId: params.title_id });
      return { body: undefined };
    },
  }),

  route({
    method: 'get',
    path: '/activities/recently-watched',
    tag: TAG,
    summary: 'List the titles watched last, at most 50, newest first',
    access: 'account',
    query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(50) }),
    reply: { status: 200, schema: ListOf(ActivityView) },
    refuses: [],
    handle: async ({ playback }, { actor, query }) => ({
      body: {
        items: (await playback.recentlyWatched(actor, query.limit)).map(activityView),
        next_cursor: null,
      },
    }),
  }),
];
