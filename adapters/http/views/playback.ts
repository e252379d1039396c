import { z } from 'zod';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import {
  STREAM_STATUSES,
  type BeatResult,
  type Lease,
  type ShelfItem,
  type Started,
  type Stream,
} from '../../../src/playback/index.ts';
import { Time } from '../schemas.ts';

const LeaseView = z
  .object({
    expires_at: Time,
    heartbeat_seconds: z.number().int().meta({ description: 'Report so often.' }),
  })
  .meta({ id: 'Lease' });

const leaseView = (lease: Lease | null): z.input<typeof LeaseView> | null =>
  lease && { expires_at: toRfc3339(lease.expiresAt), heartbeat_seconds: lease.heartbeatSeconds };

export const StartedView = z
  .object({
    id: z.string(),
    status: z.enum(STREAM_STATUSES),
    title_id: z.string(),
    manifest_url: z.string().meta({
      description:
        'Where the media is: a multivariant playlist (HLS), or the file where that is served as it is, relative to this server; or a playlist of the media provider that keeps it, absolute.',
    }),
    max_height: z.number().int(),
    resume_position_seconds: z.number(),
    lease: LeaseView.nullable(),
    session_token: z
      .string()
      .optional()
      .meta({ description: 'Without an account: to be sent back as X-Playback-Token. Shown once.' }),
  })
  .meta({ id: 'StartedStream' });

/** The path of a ticket's media, outside `/api`, so that players need no base; or the address at its provider. */
function mediaUrl({ media }: Started): string {
  if (media.form === 'remote') return media.url;
  return media.form === 'package' ? `/media/hls/${media.ticket}/master.m3u8` : `/media/file/${media.ticket}`;
}

export const startedView = (started: Started): z.input<typeof StartedView> => ({
  id: started.stream.id,
  status: started.stream.status,
  title_id: started.stream.titleId,
  manifest_url: mediaUrl(started),
  max_height: started.maxHeight,
  resume_position_seconds: started.resumePositionSeconds,
  lease: leaseView(started.lease),
  ...(started.sessionToken === null ? {} : { session_token: started.sessionToken }),
});

export const BeatView = z
  .object({ lease: LeaseView.nullable(), status: z.enum(STREAM_STATUSES), position_seconds: z.number() })
  .meta({ id: 'Heartbeat' });

export const beatView = (result: BeatResult): z.input<typeof BeatView> => ({
  lease: leaseView(result.lease),
  status: result.status,
  position_seconds: result.positionSeconds,
});

export const StreamView = z
  .object({
    id: z.string(),
    status: z.enum(STREAM_STATUSES),
    title_id: z.string(),
    title: z.string(),
    device_id: z.string(),
    device_name: z.string(),
    position_seconds: z.number(),
    started_at: Time,
    last_seen_at: Time,
    expires_at: Time,
  })
  .meta({ id: 'Stream' });

export const streamView = (stream: Stream): z.input<typeof StreamView> => ({
  id: stream.id,
  status: stream.status,
  title_id: stream.titleId,
  title: stream.title,
  device_id: stream.deviceId,
  device_name: stream.deviceName,
  position_seconds: stream.positionSeconds,
  started_at: toRfc3339(stream.startedAt),
  last_seen_at: toRfc3339(stream.lastSeenAt),
  expires_at: toRfc3339(stream.aliveUntil),
});

export const ActivityView = z
  .object({
    title_id: z.string(),
    video_id: z.string().meta({ description: 'The same as title_id.' }),
    title: z.string(),
    state: z.enum(['started', 'paused', 'completed']),
    position_seconds: z.number(),
    duration_seconds: z.number().nullable(),
    percent: z.number().int().nullable(),
    last_watched_at: Time,
    locked: z.boolean().meta({ description: 'Not covered by what the account holds now.' }),
  })
  .meta({ id: 'Activity' });

export const activityView = (item: ShelfItem): z.input<typeof ActivityView> => ({
  title_id: item.titleId,
  video_id: item.titleId,
  title: item.title,
  state: item.state,
  position_seconds: item.positionSeconds,
  duration_seconds: item.durationSeconds,
  percent: item.percent,
  last_watched_at: toRfc3339(item.lastWatchedAt),
  locked: item.locked,
});
