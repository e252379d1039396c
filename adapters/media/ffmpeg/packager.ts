import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ladderOf,
  type MediaFile,
  type Packager,
  type PackagingOrder,
  type PackagingOutcome,
  type PlannedPicture,
  type TitleKind,
} from '../../../src/catalog/index.ts';
import type { LocalStorage } from '../local-storage.ts';
import { encode } from './encode.ts';
import type { FfmpegPrograms } from './find-ffmpeg.ts';
import { inspectMedia, MAX_HOURS, type MediaStreams } from './inspect-media.ts';
import { measure, type Measured } from './measure.ts';
import { Supervised } from './supervised.ts';

/** A packager that runs programs, and can be made to end them. */
export interface FfmpegPackager extends Packager {
  /** The program in use, for the log. */
  readonly program: string;
  /** Interrupts what is being packaged, and takes on nothing more. */
  stop(): Promise<void>;
}

/** How slow one rendition may come; beyond that something is wrong with it. */
const TIMES_THE_RUNNING_TIME = 40;
const LEAST_TIMEOUT_MS = 10 * 60_000;
/** Of a source that says how long it is, so much must come out: less was cut off, or is broken. */
const LEAST_SHARE = 0.9;
/** A frame, or a sound's last block, more or less. */
const LEEWAY_SECONDS = 0.5;

const UNREADABLE = { package: null, fault: 'unreadable' } as const;
const INTERRUPTED = { package: null, fault: 'interrupted' } as const;

/** One rendition to make: a picture with its sound, or the sound alone. */
interface Step {
  readonly name: string;
  readonly lines: number;
  readonly picture: PlannedPicture | null;
  /** Its share of all the work. */
  readonly share: number;
}

type Storage = Pick<LocalStorage, 'pathOf' | 'begin' | 'place'>;

/** Packages with FFmpeg: one process per rendition, one after another, in a folder of the order's own. */
export function ffmpegPackager(
  programs: FfmpegPrograms,
  storage: Storage,
  { reportMs }: { readonly reportMs?: number } = {},
): FfmpegPackager {
  const stopping = new AbortController();

  const look = ({ storageKey, contentType }: MediaFile, kind: TitleKind): Promise<MediaStreams | undefined> =>
    inspectMedia(programs.ffprobe, { path: storage.pathOf(storageKey), contentType, kind });

  return {
    inspect: async (file, kind) => (await look(file, kind)) ?? 'unreadable',
    package: async (order) => {
      const streams = await look(order.source, order.kind);
      if (stopping.signal.aborted) return INTERRUPTED;
      if (!streams) return UNREADABLE;
      const work = new Supervised(order.report, stopping.signal, reportMs);
      try {
        return await packageWith({ programs, storage, work }, order, streams);
      } finally {
        await work.end();
      }
    },
    program: programs.ffmpeg,
    stop: () => {
      stopping.abort();
      return programs.close();
    },
  };
}

interface Workshop {
  readonly programs: FfmpegPrograms;
  readonly storage: Storage;
  readonly work: Supervised;
}

async function packageWith(
  workshop: Workshop,
  order: PackagingOrder,
  streams: MediaStreams,
): Promise<PackagingOutcome> {
  const { storage, work } = workshop;
  const folder = await storage.begin(order.packageKey);
  const made: Measured[] = [];
  let before = 0;
  for (const step of stepsOf(streams)) {
    const base = before;
    const measured = await makeStep(workshop, {
      order,
      streams,
      step,
      folder: join(folder, step.name),
      base,
    });
    if (work.isOver) return INTERRUPTED;
    if (!measured || isShort(measured, streams)) return UNREADABLE;
    made.push(measured);
    before += step.share;
  }
  const renditions = made.map(({ rendition }) => rendition);
  await storage.place(order.packageKey, renditions);
  const durationSeconds = Math.max(...made.map((each) => each.durationSeconds));
  return { package: { renditions, durationSeconds }, fault: null };
}

function stepsOf({ picture }: MediaStreams): readonly Step[] {
  if (!picture) return [{ name: 'audio', lines: 0, picture: null, share: 1 }];
  const pictures = ladderOf(picture);
  const work = ({ width, height }: PlannedPicture): number => width * height;
  const total = pictures.reduce((sum, each) => sum + work(each), 0);
  return pictures.map((each) => ({
    name: `${each.lines}p`,
    lines: each.lines,
    picture: each,
    share: work(each) / total,
  }));
}

interface StepOrder {
  readonly order: PackagingOrder;
  readonly streams: MediaStreams;
  readonly step: Step;
  readonly folder: string;
  /** The share of the work that is done already. */
  readonly base: number;
}

/** Undefined when nothing comes out, and that is the file's fault. */
async function makeStep(
  { programs, storage, work }: Workshop,
  { order, streams, step, folder, base }: StepOrder,
): Promise<Measured | undefined> {
  const { durationSeconds } = streams;
  await mkdir(folder);
  const { code, timedOut, said } = await encode({
    ffmpeg: programs.ffmpeg,
    source: { path: storage.pathOf(order.source.storageKey), contentType: order.source.contentType },
    videoStream: streams.videoStream,
    audioStream: streams.audioStream,
    picture: step.picture,
    folder,
    timeoutMs: Math.max(
      LEAST_TIMEOUT_MS,
      (durationSeconds ?? MAX_HOURS * 3_600) * 1_000 * TIMES_THE_RUNNING_TIME,
    ),
    onProgress: (seconds) => {
      if (durationSeconds === null) return;
      work.progress = 100 * (base + step.share * Math.min(1, seconds / durationSeconds));
    },
    signal: work.signal,
  });
  if (work.isOver) return undefined;
  if (timedOut) throw new Error(`ffmpeg took too long for ${step.name}`);
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} for ${step.name}: ${said}`);
  return measure(folder, step);
}

const isShort = (measured: Measured, { durationSeconds }: MediaStreams): boolean =>
  durationSeconds !== null && measured.durationSeconds < LEAST_SHARE * durationSeconds - LEEWAY_SECONDS;
