import { dirname } from 'node:path';
import { z } from 'zod';
import type { Inspection, PictureSize, TitleKind } from '../../../src/catalog/index.ts';
import { runBounded } from './bounded-process.ts';
import { inputOf, isIsoMedia } from './demuxers.ts';
import { pointsElsewhere } from './references.ts';

export interface InspectedFile {
  readonly path: string;
  readonly contentType: string;
  readonly kind: TitleKind;
}

/** What a file holds, and which of its streams are encoded. */
export interface MediaStreams extends Inspection {
  /** Null for music. */
  readonly videoStream: number | null;
  readonly audioStream: number | null;
}

const MEMORY_BYTES = 2 * 1024 ** 3;
const TIMEOUT_MS = 20_000;
const MAX_OUTPUT = 1024 ** 2;
export const MAX_HOURS = 24;
/** Larger than 8K is no film; it would cost gigabytes to look at. */
const MAX_SIDE = 8_192;
const MAX_PIXELS = 8_192 * 4_352;

const Stream = z.object({
  index: z.number().int(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  sample_aspect_ratio: z.string().optional(),
  disposition: z.object({ attached_pic: z.number().optional() }).optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
});
type Stream = z.output<typeof Stream>;

const Probe = z.object({
  streams: z.array(Stream),
  format: z.object({ duration: z.string().optional() }),
});

const SHOWN =
  'format=duration:stream=index,codec_type,codec_name,width,height,sample_aspect_ratio' +
  ':stream_disposition=attached_pic:stream_side_data=rotation';

/** Asks ffprobe what a file holds; undefined when that is nothing we can use, whoever's fault it is. */
export async function inspectMedia(
  ffprobe: string,
  { path, contentType, kind }: InspectedFile,
): Promise<MediaStreams | undefined> {
  if (isIsoMedia(contentType) && (await pointsElsewhere(path))) return undefined;
  let output = '';
  const { code, timedOut } = await runBounded({
    command: ffprobe,
    args: ['-v', 'error', ...inputOf(contentType, path), '-show_entries', SHOWN, '-of', 'json'],
    cwd: dirname(path),
    memoryBytes: MEMORY_BYTES,
    timeoutMs: TIMEOUT_MS,
    silenceMs: TIMEOUT_MS,
    onLine: (line) => {
      if (output.length < MAX_OUTPUT) output += line;
    },
    // Short: whoever waits for its answer is worth that even when the process stops.
    signal: new AbortController().signal,
  });
  if (code !== null && NOT_RUN.includes(code)) throw new Error('ffprobe cannot be run');
  if (timedOut || code !== 0) return undefined;
  const probe = Probe.safeParse(JSON.parse(output));
  return probe.success ? usable(probe.data, kind) : undefined;
}

/** What a shell ends with when a program is not there, or may not be run. */
const NOT_RUN: readonly number[] = [126, 127];

function usable({ streams, format }: z.output<typeof Probe>, kind: TitleKind): MediaStreams | undefined {
  // What was recorded by a browser does not say how long it is.
  const durationSeconds = format.duration === undefined ? null : Number(format.duration);
  if (durationSeconds !== null && !(durationSeconds > 0 && durationSeconds <= MAX_HOURS * 3_600))
    return undefined;
  const video = streams.find(
    ({ codec_type, disposition }) => codec_type === 'video' && !disposition?.attached_pic,
  );
  const audio = streams.find(({ codec_type, codec_name }) => codec_type === 'audio' && codec_name);
  const audioStream = audio?.index ?? null;
  if (kind === 'music')
    return audio ? { durationSeconds, picture: null, videoStream: null, audioStream } : undefined;
  const picture = video && pictureOf(video);
  return video && picture ? { durationSeconds, picture, videoStream: video.index, audioStream } : undefined;
}

/** The picture as it is shown: pixels that are no squares stretched, a phone's film turned. */
function pictureOf(stream: Stream): PictureSize | undefined {
  const { codec_name: codec, width = 0, height = 0 } = stream;
  if (codec === undefined || width < 1 || height < 1) return undefined;
  if (Math.max(width, height) > MAX_SIDE || width * height > MAX_PIXELS) return undefined;
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const stretched = across > 0 && down > 0 ? Math.min(MAX_SIDE, Math.round((width * across) / down)) : width;
  const rotation = stream.side_data_list?.find((each) => each.rotation !== undefined)?.rotation ?? 0;
  return Math.abs(rotation) % 180 === 90
    ? { width: height, height: stretched }
    : { width: stretched, height };
}
