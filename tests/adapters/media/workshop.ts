import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegPackager, type FfmpegPackager } from '../../../adapters/media/ffmpeg/packager.ts';
import { openLocalStorage, type LocalStorage } from '../../../adapters/media/local-storage.ts';
import type { MediaFile, PackagingOrder } from '../../../src/catalog/index.ts';
import { ffmpegPrograms } from '../../world/ffmpeg.ts';

const ACCEPT = ['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska', 'audio/mp4'];

/** Where packages are made: a folder with a storage, and a packager that reports often. */
export interface Workshop {
  readonly folder: string;
  readonly storage: LocalStorage;
  readonly packager: FfmpegPackager;
  /** Takes a file in, as an upload would. */
  stored(path: string): Promise<MediaFile>;
  /** Puts bytes in a file's place, whatever they are. */
  storedAs(bytes: Uint8Array, contentType: string): Promise<MediaFile>;
  order(source: MediaFile, changes?: Partial<PackagingOrder>): PackagingOrder;
  /** A place in the package. */
  place(...path: readonly string[]): string;
  /** The packages that are in their place. */
  packages(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const KEY = 'the-package';

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-packages-'));
  const storage = await openLocalStorage(folder);
  const storageKey = 'source';
  return {
    folder,
    storage,
    packager: ffmpegPackager(await ffmpegPrograms(), storage, { reportMs: 20 }),
    stored: async (path) => {
      const stream = createReadStream(path);
      const arrival = { storageKey, stream, limitBytes: 1e9, accept: ACCEPT, expectedBytes: null };
      const { file } = await storage.receive(arrival);
      return { storageKey, contentType: file?.contentType ?? '' };
    },
    storedAs: async (bytes, contentType) => {
      await writeFile(storage.pathOf(storageKey), bytes);
      return { storageKey, contentType };
    },
    order: (source, changes = {}) => ({
      source,
      kind: 'video',
      packageKey: KEY,
      report: async () => true,
      ...changes,
    }),
    place: (...path) => join(folder, 'packages', KEY, ...path),
    packages: () => readdir(join(folder, 'packages')),
    close: () => rm(folder, { recursive: true }),
  };
}
