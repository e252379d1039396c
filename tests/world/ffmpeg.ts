import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg, type FfmpegPrograms } from '../../adapters/media/ffmpeg/find-ffmpeg.ts';
import { atTeardown } from './teardown.ts';

/** The encoder that `npm ci` brings: its tests run everywhere, and are never left out. */

const run = promisify(execFile);

let found: Promise<FfmpegPrograms> | undefined;

export const ffmpegPrograms = (): Promise<FfmpegPrograms> => (found ??= look());

async function look(): Promise<FfmpegPrograms> {
  const programs = await findFfmpeg({ given: process.env['FFMPEG_PATH'] ?? null, path: '' });
  if (!programs) throw new Error('no ffmpeg: npm ci brings one, unless optional packages are left out');
  atTeardown(() => programs.close());
  return programs;
}

export interface Film {
  readonly size: string;
  readonly seconds: number;
  readonly rate?: number;
  readonly sound?: boolean;
  /** More flags of the output. */
  readonly flags?: readonly string[];
  /** The file's ending says what it becomes. */
  readonly ending?: string;
}

let folder: Promise<string> | undefined;
const films = new Map<string, Promise<string>>();

/** A film made of a test pattern, and where it lies; made once, however often it is asked for. */
export function filmOf(film: Film): Promise<string> {
  const key = JSON.stringify(film);
  const known = films.get(key);
  if (known) return known;
  const made = makeFilm(film);
  films.set(key, made);
  return made;
}

async function makeFilm({ size, seconds, rate = 10, sound = true, flags = [], ending = 'mp4' }: Film) {
  const { ffmpeg } = await ffmpegPrograms();
  folder ??= mkdtemp(join(tmpdir(), 'usher-films-')).then((made) => {
    atTeardown(() => rm(made, { recursive: true, force: true }));
    return made;
  });
  const path = join(await folder, `${films.size}.${ending}`);
  const picture = `testsrc=size=${size}:rate=${rate}:duration=${seconds}`;
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
  await run(ffmpeg, [
    ...['-v', 'error', '-f', 'lavfi', '-i', picture, ...(sound ? tone : [])],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-threads', '2'],
    ...[...(sound ? ['-c:a', 'aac'] : []), ...flags, path],
  ]);
  return path;
}

/** What ffprobe says of a file, or of a playlist and what it names. */
export async function probed(path: string, show: string): Promise<Record<string, string>[]> {
  const { ffprobe } = await ffmpegPrograms();
  const { stdout } = await run(ffprobe, [
    ...['-v', 'error', '-allowed_extensions', 'ALL', '-show_entries', show, '-of', 'json', path],
  ]);
  const { streams = [], packets = [] } = JSON.parse(stdout) as Record<string, Record<string, string>[]>;
  return [...streams, ...packets];
}
