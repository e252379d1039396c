import type { ProviderPlayback } from '../../../src/playback/index.ts';
import type { Clock } from '../../../src/kernel/instant.ts';
import { playbackToken, type PlaybackKey } from '../remote/playback-tokens.ts';

/** What `max_resolution` may say, by its lines. */
const RESOLUTIONS = [270, 360, 480, 540, 720, 1080, 1440, 2160] as const;

/** The greatest that is not above the cap; the least when all are. */
export const maxResolution = (maxHeight: number): string => {
  const fitting = RESOLUTIONS.filter((lines) => lines <= maxHeight);
  return `${fitting.at(-1) ?? RESOLUTIONS[0]}p`;
};

export interface MuxPlaybackSettings {
  readonly key: PlaybackKey;
  /** `https://stream.mux.com`, or a domain of the account's own. */
  readonly streamBase: string;
}

/** Tokens of Mux: for video (`v`), and with the cap as a claim, which the viewer cannot leave out. */
export const muxPlayback = (
  { key, streamBase }: MuxPlaybackSettings,
  systemClock: Clock,
): ProviderPlayback => ({
  provider: 'mux',
  urlOf: async ({ playbackId, maxHeight, forSeconds }) => {
    const others = { max_resolution: maxResolution(maxHeight) };
    const claims = { subject: playbackId, audience: 'v', forSeconds, others };
    const token = await playbackToken(key, claims, systemClock);
    return `${streamBase}/${encodeURIComponent(playbackId)}.m3u8?token=${token}`;
  },
});
