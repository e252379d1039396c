import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The two programs of FFmpeg, ready to be run. */
export interface FfmpegPrograms {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** Removes what had to be copied to make them run. */
  close(): Promise<void>;
}

export interface FfmpegSearch {
  /** `FFMPEG_PATH`: the program itself; ffprobe lies beside it. Null: nobody said. */
  readonly given: string | null;
  /** `PATH`. */
  readonly path: string;
}

const EXE = process.platform === 'win32' ? '.exe' : '';
const nothingToRemove = async (): Promise<void> => undefined;

/**
 * Looks for FFmpeg where an operator says it is, then on the PATH, then in the optional npm packages; undefined
 * when there is none. Where it was said to be it must be: anything else would hide a mistake.
 */
export async function findFfmpeg({ given, path }: FfmpegSearch): Promise<FfmpegPrograms | undefined> {
  if (given !== null) {
    const ffprobe = join(dirname(given), `ffprobe${EXE}`);
    for (const program of [given, ffprobe])
      if (!(await isExecutable(program))) throw new Error(`FFMPEG_PATH: ${program} cannot be run`);
    return { ffmpeg: given, ffprobe, close: nothingToRemove };
  }
  const [ffmpeg, ffprobe] = [await onPath('ffmpeg', path), await onPath('ffprobe', path)];
  if (ffmpeg && ffprobe) return { ffmpeg, ffprobe, close: nothingToRemove };
  return fromPackages();
}

async function onPath(program: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const file = join(folder, program + EXE);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** Their binaries lie in a package per platform; where there is none for this one, nothing was installed. */
async function fromPackages(): Promise<FfmpegPrograms | undefined> {
  const platform = `${process.platform}-${process.arch}`;
  const ffmpeg = resolved(`@ffmpeg-installer/${platform}/ffmpeg${EXE}`);
  const ffprobe = resolved(`@ffprobe-installer/${platform}/ffprobe${EXE}`);
  if (ffmpeg === undefined || ffprobe === undefined) return undefined;
  const copies = new Copies();
  return {
    ffmpeg: await copies.runnable(ffmpeg),
    ffprobe: await copies.runnable(ffprobe),
    close: () => copies.remove(),
  };
}

function resolved(file: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Packages come without the right to run when their install scripts did not run, as is our choice; and whoever
 * owns them may not be us. Then a copy does, in a folder that nobody else can write to.
 */
class Copies {
  #folder: string | undefined;

  async runnable(program: string): Promise<string> {
    if (await isExecutable(program)) return program;
    try {
      await chmod(program, 0o755);
      return program;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    this.#folder ??= await mkdtemp(join(tmpdir(), 'usher-ffmpeg-'));
    const copy = join(this.#folder, program.endsWith(`ffprobe${EXE}`) ? `ffprobe${EXE}` : `ffmpeg${EXE}`);
    await copyFile(program, copy);
    await chmod(copy, 0o700);
    return copy;
  }

  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EPERM', 'EACCES', 'EROFS'].includes(String(error.code));

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
