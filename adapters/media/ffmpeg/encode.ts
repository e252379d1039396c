import type { PlannedPicture } from '../../../src/catalog/index.ts';
import { runBounded, type Ended } from './bounded-process.ts';
import { inputOf } from './demuxers.ts';

/** Seconds between two key frames, and of a segment: the former divides the latter. */
const KEY_FRAME_SECONDS = 2;
const SEGMENT_SECONDS = 6;

export interface Encoding {
  readonly ffmpeg: string;
  readonly source: { readonly path: string; readonly contentType: string };
  /** Indices in the source; null: without. */
  readonly videoStream: number | null;
  readonly audioStream: number | null;
  /** Null for sound alone. */
  readonly picture: PlannedPicture | null;
  /** Where playlist, head and segments go. */
  readonly folder: string;
  readonly timeoutMs: number;
  /** Seconds of the source that are done. */
  readonly onProgress: (seconds: number) => void;
  readonly signal: AbortSignal;
}

const MEMORY_BYTES = 4 * 1024 ** 3;
/** It tells its progress twice a second. */
const SILENCE_MS = 5 * 60_000;

/**
 * One rendition by one process on one thread, in flags that FFmpeg has known since 2018: its own multivariant
 * writer is not used, so that old and new ones behave alike.
 */
export const encode = (encoding: Encoding): Promise<Ended> =>
  runBounded({
    command: encoding.ffmpeg,
    args: argumentsOf(encoding),
    cwd: encoding.folder,
    memoryBytes: MEMORY_BYTES,
    timeoutMs: encoding.timeoutMs,
    silenceMs: SILENCE_MS,
    onLine: (line) => {
      const microseconds = Number(/^out_time_us=(\d+)$/.exec(line)?.[1]);
      if (microseconds >= 0) encoding.onProgress(microseconds / 1_000_000);
    },
    signal: encoding.signal,
  });

const argumentsOf = ({ source, videoStream, audioStream, picture }: Encoding): readonly string[] => [
  ...['-v', 'error', '-nostdin', '-progress', 'pipe:1', '-filter_threads', '1', '-threads', '1'],
  ...inputOf(source.contentType, source.path),
  ...(picture && videoStream !== null ? videoOf(picture, videoStream) : ['-vn']),
  ...(audioStream === null ? ['-an'] : audioOf(audioStream)),
  ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
  ...['-f', 'hls', '-hls_time', String(SEGMENT_SECONDS), '-hls_list_size', '0', '-hls_playlist_type', 'vod'],
  ...['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'],
  ...['-hls_segment_filename', 'seg-%05d.m4s', 'index.m3u8'],
];

/** Quality is held, and the rate bounded: kilobits per second at the most, by the picture's pixels. */
const KILOBITS_PER_MEGAPIXEL = 2_600;
const LEAST_KILOBITS = 600;

function videoOf({ width, height }: PlannedPicture, stream: number): readonly string[] {
  const pixels = width * height;
  // Large pictures need fewer bits for each of their pixels.
  const kilobits = Math.round(
    Math.max(LEAST_KILOBITS, KILOBITS_PER_MEGAPIXEL * (pixels / 1_000_000) ** 0.85),
  );
  return [
    ...['-map', `0:${stream}`, '-vf', `scale=${width}:${height},setsar=1`, '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-threads', '1'],
    ...['-crf', '23', '-maxrate', `${kilobits}k`, '-bufsize', `${2 * kilobits}k`],
    // Key frames where the clock says, and nowhere else: the segments of all renditions begin together.
    ...['-g', '100000', '-sc_threshold', '0'],
    ...['-force_key_frames', `expr:gte(t,n_forced*${KEY_FRAME_SECONDS})`],
  ];
}

const audioOf = (stream: number): readonly string[] => [
  ...['-map', `0:${stream}`, '-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000'],
];
