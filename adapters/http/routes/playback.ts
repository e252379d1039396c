import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { route } from '../route.ts';
import { IdParam, ListOf } from '../schemas.ts';
import { BeatView, beatView, StartedView, startedView, StreamView, streamView } from '../views/playback.ts';

/** A place in a title, in seconds. */
export const Position = z.number().min(0).max(1_000_000_000).meta({ description: 'Seconds into the title.' });

const PositionText = z
  .string()
  .max(24)
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number)
  .meta({ description: 'Seconds into the title.' });

const ENDS = ['playback.terminated', 'playback.session-expired', 'playback.session-stopped'] as const;
const ANONYMOUS = 'Without an account, X-Playback-Token carries the session_token of the start.';

/** The secret of a stream without an account, as it came with the request. */
function playbackToken(headers: IncomingMessage['headers']): string | null {
  const token = headers['x-playback-token'];
  return typeof token === 'string' && token.length <= 128 ? token : null;
}

export const playbackRoutes = [
  route({
    method: 'post',
    path: '/playback/sessions/{id}/heartbeat',
    tag: 'Playback',
    summary: `Report progress and keep the seat. ${ANONYMOUS}`,
    access: 'public',
    params: IdParam,
    body: z.object({
      seq: z.number().int().min(0),
      position_seconds: Position,
      state: z.enum(['playing', 'paused']),
    }),
    reply: { status: 200, schema: BeatView },
    refuses: ['request.not-found', 'playback.sign-in-required', ...ENDS],
    object: 'stream',
    handle: async ({ playback }, { actor, params, body, headers }) => ({
      body: beatView(
        await playback.heartbeat({
          actor,
          token: playbackToken(headers),
          streamId: params.id,
          seq: body.seq,
          positionSeconds: body.position_seconds,
          state: body.state,
        }),
      ),
    }),
  }),

  route({
    method: 'post',
    path: '/playback/sessions',
    tag: 'Playback',
    summary: 'Start a stream: take a seat and receive a signed link to the media',
    access: 'public',
    body: z.object({
      title_id: z.string().max(64),
      device_id: z.string().min(1).max(128).meta({ description: "The client's own, stable id." }),
      device_name: z.string().min(1).max(100).optional(),
      terminate: z
        .array(z.string().max(64))
        .max(20)
        .default([])
        .meta({ description: 'Termination codes of streams that may be ended, if a seat is needed.' }),
    }),
    reply: { status: 201, schema: StartedView },
    refuses: [
      'request.not-found',
      'playback.sign-in-required',
      'playback.tier-too-low',
      'playback.media-not-ready',
      'playback.stream-limit-reached',
    ],
    handle: async ({ playback }, { actor, body }) => ({
      body: startedView(
        await playback.start({
          actor,
          titleId: body.title_id,
          deviceId: body.device_id,
          deviceName: body.device_name ?? null,
          terminate: body.terminate,
        }),
      ),
    }),
  }),

  route({
    method: 'delete',
    path: '/playback/sessions/{id}',
    tag: 'Playback',
    summary: `Stop a stream and free its seat; twice changes nothing. ${ANONYMOUS}`,
    access: 'public',
    params: IdParam,
    query: z.object({ position_seconds: PositionText.optional() }),
    reply: { status: 204 },
    refuses: ['request.not-found', 'playback.sign-in-required'],
    object: 'stream',
    handle: async ({ playback }, { actor, params, query, headers }) => {
      const positionSeconds = query.position_seconds ?? null;
      await playback.stop({ actor, token: playbackToken(headers), streamId: params.id, positionSeconds });
      return { body: undefined };
    },
  }),

  route({
    method: 'get',
    path: '/playback/sessions',
    tag: 'Playback',
    summary: "List the account's live streams, oldest first",
    access: 'account',
    reply: { status: 200, schema: ListOf(StreamView) },
    refuses: [],
    handle: async ({ playback }, { actor }) => ({
      body: { items: (await playback.live(actor)).map(streamView), next_cursor: null },
    }),
  }),
];
