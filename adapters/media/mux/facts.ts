import { z } from 'zod';
import type { MediaNews, RemoteFact } from '../../../src/catalog/index.ts';

/** An upload, as the API and webhooks show it. */
export const MuxUpload = z.object({ id: z.string(), status: z.string(), asset_id: z.string().nullish() });
export type MuxUpload = z.output<typeof MuxUpload>;

export const MuxAsset = z.object({
  id: z.string(),
  status: z.string().nullish(),
  duration: z.number().nullish(),
  playback_ids: z.array(z.object({ id: z.string(), policy: z.string() })).nullish(),
  upload_id: z.string().nullish(),
});
export type MuxAsset = z.output<typeof MuxAsset>;

/** How an upload stands; undefined when its asset has to be looked at. */
export function factOfUpload({ status, asset_id: assetId }: MuxUpload): RemoteFact | undefined {
  switch (status) {
    case 'waiting':
      return { kind: 'waiting' };
    case 'errored':
      return { kind: 'failed', failure: 'catalog.media-unreadable' };
    case 'cancelled':
    case 'timed_out':
      return { kind: 'failed', failure: 'catalog.upload-abandoned' };
    default:
      return assetId ? undefined : { kind: 'waiting' };
  }
}

/** How an asset stands. Ready without a playback id is not playable, and one that is public is not ours to give. */
export function factOfAsset(asset: MuxAsset): RemoteFact {
  const { id: mediaId, status, duration, playback_ids: playbackIds } = asset;
  if (status === 'errored') return { kind: 'failed', failure: 'catalog.media-unreadable' };
  if (status !== 'ready') return { kind: 'arrived', mediaId, progress: null };
  const signed = playbackIds?.find(({ policy }) => policy === 'signed');
  if (signed) return { kind: 'ready', mediaId, playbackId: signed.id, durationSeconds: duration ?? null };
  return playbackIds?.length
    ? { kind: 'failed', failure: 'catalog.media-unprotected' }
    : { kind: 'arrived', mediaId, progress: null };
}

const Event = z.object({ type: z.string(), data: z.unknown() });

/** What an event says of which upload. Events of other types, and of what was not uploaded by us, say nothing. */
export function newsIn(told: unknown): MediaNews {
  const event = Event.safeParse(told);
  if (!event.success) return { refused: 'body' };
  const { type, data } = event.data;
  if (type.startsWith('video.upload.')) return newsOfUpload(type, data);
  return type.startsWith('video.asset.') ? newsOfAsset(type, data) : 'ignored';
}

function newsOfUpload(type: string, data: unknown): MediaNews {
  const upload = MuxUpload.safeParse(data).data;
  if (!upload) return { refused: 'body' };
  const { id: reference, asset_id: mediaId } = upload;
  switch (type) {
    case 'video.upload.asset_created':
      return { reference, fact: { kind: 'arrived', mediaId: mediaId ?? null, progress: null } };
    case 'video.upload.errored':
    case 'video.upload.cancelled': {
      const failure = type.endsWith('errored') ? 'catalog.media-unreadable' : 'catalog.upload-abandoned';
      return { reference, fact: { kind: 'failed', failure } };
    }
    default:
      return 'ignored';
  }
}

function newsOfAsset(type: string, data: unknown): MediaNews {
  const asset = MuxAsset.safeParse(data).data;
  if (!asset) return { refused: 'body' };
  const { upload_id: reference, id: mediaId } = asset;
  if (!reference) return 'ignored';
  switch (type) {
    case 'video.asset.created':
      return { reference, fact: { kind: 'arrived', mediaId, progress: null } };
    case 'video.asset.ready':
    case 'video.asset.errored':
      // By the type: what the object says is as of when it was sent again.
      return {
        reference,
        fact: factOfAsset({ ...asset, status: type.endsWith('ready') ? 'ready' : 'errored' }),
      };
    case 'video.asset.deleted':
      return { reference, fact: { kind: 'gone' } };
    default:
      return 'ignored';
  }
}
