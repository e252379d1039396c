import { z } from 'zod';
import type { MediaNews, RemoteFact } from '../../../src/catalog/index.ts';

/** A video, as the API and webhooks show it. */
export const CloudflareVideo = z.object({
  uid: z.string(),
  readyToStream: z.boolean().nullish(),
  requireSignedURLs: z.boolean().nullish(),
  duration: z.number().nullish(),
  status: z.object({ state: z.string().nullish(), pctComplete: z.coerce.number().nullish() }).nullish(),
});
export type CloudflareVideo = z.output<typeof CloudflareVideo>;

/** How a video stands; undefined when it is none that was uploaded, such as a live broadcast. */
export function factOfVideo(video: CloudflareVideo): RemoteFact | undefined {
  const { uid, readyToStream, requireSignedURLs, duration, status } = video;
  const state = status?.state ?? '';
  if (state === 'error') return { kind: 'failed', failure: 'catalog.media-unreadable' };
  if (readyToStream && state === 'ready') {
    // A tus upload says that it wants protection in its metadata, which nobody answers for until it is there.
    if (requireSignedURLs !== true) return { kind: 'failed', failure: 'catalog.media-unprotected' };
    // Unknown durations are -1.
    const durationSeconds = duration !== null && duration !== undefined && duration > 0 ? duration : null;
    return { kind: 'ready', mediaId: uid, playbackId: uid, durationSeconds };
  }
  if (state === 'pendingupload') return { kind: 'waiting' };
  if (!['downloading', 'queued', 'inprogress', 'ready'].includes(state)) return undefined;
  return { kind: 'arrived', mediaId: uid, progress: status?.pctComplete ?? null };
}

/** A webhook is the video itself: it has no id of its own, so that only what it says tells it from another. */
export function newsIn(told: unknown): MediaNews {
  const video = CloudflareVideo.safeParse(told).data;
  if (!video) return { refused: 'body' };
  const fact = factOfVideo(video);
  return fact ? { reference: video.uid, fact } : 'ignored';
}
