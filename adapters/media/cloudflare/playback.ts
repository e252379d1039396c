import type { ProviderPlayback } from '../../../src/playback/index.ts';
import type { Clock } from '../../../src/kernel/instant.ts';
import { playbackToken, type PlaybackKey } from '../remote/playback-tokens.ts';

export interface CloudflarePlaybackSettings {
  readonly key: PlaybackKey;
  /** `https://customer-<code>.cloudflarestream.com`. */
  readonly streamBase: string;
}

/** Cloudflare refuses what is good for more than a day; its clock and ours differ by less than this. */
const MAX_SECONDS = 24 * 3_600 - 60;

/**
 * Tokens of Cloudflare Stream, in the place of the video's id. There is no claim for a height: whoever may watch may
 * have every rendition, and the cap of a plan is `max_height` alone, which an honest player keeps to.
 */
export const cloudflarePlayback = (
  { key, streamBase }: CloudflarePlaybackSettings,
  systemClock: Clock,
): ProviderPlayback => ({
  provider: 'cloudflare',
  urlOf: async ({ playbackId, forSeconds }) => {
    const claims = {
      subject: playbackId,
      forSeconds: Math.min(forSeconds, MAX_SECONDS),
      others: { kid: key.kid },
    };
    return `${streamBase}/${await playbackToken(key, claims, systemClock)}/manifest/video.m3u8`;
  },
});
