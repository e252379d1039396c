import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendition } from '../../../src/catalog/index.ts';
import { topBoxes } from './boxes.ts';
import { samplesOf, tracksIn, type Track } from './tracks.ts';

export interface Measured {
  readonly rendition: Rendition;
  readonly durationSeconds: number;
}

interface Segment {
  readonly name: string;
  readonly seconds: number;
}

interface MeasuredSegment extends Segment {
  readonly bits: number;
  /** Pictures in it. */
  readonly frames: number;
}

/**
 * What a rendition in a folder came to: told by its own boxes and sizes, not by what was asked for. Undefined
 * when nothing came out.
 */
export async function measure(
  folder: string,
  { name, lines }: Pick<Rendition, 'name' | 'lines'>,
): Promise<Measured | undefined> {
  const playlist = await readFile(join(folder, 'index.m3u8'), 'utf8');
  const segments = segmentsIn(playlist);
  if (segments.length === 0) return undefined;
  const tracks = await headOf(join(folder, 'init.mp4'));
  const video = tracks.find(({ picture }) => picture !== null);
  const measured: MeasuredSegment[] = [];
  for (const segment of segments) measured.push(await segmentOf(folder, segment, video));
  const durationSeconds = sum(measured, ({ seconds }) => seconds);
  const rendition: Rendition = {
    name,
    lines,
    width: video?.picture?.width ?? null,
    height: video?.picture?.height ?? null,
    frameRate: video ? rounded(sum(measured, ({ frames }) => frames) / durationSeconds) : null,
    codecs: tracks.map(({ codec }) => codec).join(','),
    bandwidth: peak(measured, targetOf(playlist)),
    averageBandwidth: Math.ceil(sum(measured, ({ bits }) => bits) / durationSeconds),
  };
  return { rendition, durationSeconds };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
const rounded = (rate: number): number => Math.round(rate * 1_000) / 1_000;

/** The segments of a playlist, in order. */
function segmentsIn(playlist: string): readonly Segment[] {
  return [...playlist.matchAll(/^#EXTINF:([\d.]+),.*\n(seg-\d{5}\.m4s)$/gm)].map(
    ([, seconds = '', name = '']) => ({ name, seconds: Number(seconds) }),
  );
}

const targetOf = (playlist: string): number => Number(/^#EXT-X-TARGETDURATION:(\d+)$/m.exec(playlist)?.[1]);

async function headOf(path: string): Promise<readonly Track[]> {
  const file = await open(path, 'r');
  try {
    const [moov] = await topBoxes(file, ['moov']);
    if (!moov) throw new RangeError('a head without tracks');
    return tracksIn(moov.content);
  } finally {
    await file.close();
  }
}

async function segmentOf(
  folder: string,
  segment: Segment,
  video: Track | undefined,
): Promise<MeasuredSegment> {
  const file = await open(join(folder, segment.name), 'r');
  try {
    const { size } = await file.stat();
    const moofs = video ? await topBoxes(file, ['moof']) : [];
    const frames = video ? sum(moofs, ({ content }) => samplesOf(video, content)) : 0;
    return { ...segment, bits: size * 8, frames };
  } finally {
    await file.close();
  }
}

/** RFC 8216, 4.1: the greatest rate of any run of segments that lasts between half and one and a half targets. */
function peak(segments: readonly MeasuredSegment[], target: number): number {
  let greatest = 0;
  for (let first = 0; first < segments.length; first += 1) {
    let [bits, seconds] = [0, 0];
    for (const segment of segments.slice(first, first + MAX_RUN)) {
      bits += segment.bits;
      seconds += segment.seconds;
      if (seconds > 1.5 * target) break;
      if (seconds >= 0.5 * target) greatest = Math.max(greatest, bits / seconds);
    }
  }
  // A title shorter than half a target is one such run.
  return Math.ceil(greatest || sum(segments, ({ bits }) => bits) / sum(segments, ({ seconds }) => seconds));
}

const MAX_RUN = 8;
