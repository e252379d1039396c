import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PICTURE_TYPES, type PictureType } from '../../src/identity/picture.ts';
import type { PictureStore } from '../../src/identity/ports.ts';

/** Where pictures are served: `/media/pictures/{name}`. */
const PICTURES_PATH = '/media/pictures';

const extensionOf = (type: PictureType): string => type.slice('image/'.length);
const NAME = /^[\w-]{43}\.(png|jpeg|webp)$/;

/** Random and bound to the bytes: it cannot be guessed, and what it names never changes. */
const nameOf = (bytes: Uint8Array, type: PictureType): string =>
  `${createHash('sha256').update(randomBytes(16)).update(bytes).digest('base64url')}.${extensionOf(type)}`;

/** The last segment of an address of ours; undefined for anything else, so that no path leads out of the folder. */
function nameIn(urlOrName: string): string | undefined {
  const name = urlOrName.slice(urlOrName.lastIndexOf('/') + 1);
  return NAME.test(name) ? name : undefined;
}

const typeIn = (name: string): PictureType | undefined =>
  PICTURE_TYPES.find((type) => name.endsWith(`.${extensionOf(type)}`));

export interface PictureOptions {
  /** What public addresses begin with; empty makes them relative to the server. */
  readonly publicUrl: string;
}

/** Pictures as files in `DATA_DIR/pictures`. */
export function filePictures(dataDir: string, { publicUrl }: PictureOptions): PictureStore {
  const folder = join(dataDir, 'pictures');
  return {
    put: async (_accountId, bytes, type) => {
      const name = nameOf(bytes, type);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${name}.part`), bytes, { flag: 'wx' });
      await rename(join(folder, `${name}.part`), join(folder, name));
      return `${publicUrl}${PICTURES_PATH}/${name}`;
    },
    get: async (urlOrName) => {
      const name = nameIn(urlOrName);
      const type = name && typeIn(name);
      if (!name || !type) return undefined;
      try {
        return { bytes: await readFile(join(folder, name)), type };
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: async (url) => {
      const name = nameIn(url);
      if (name) await rm(join(folder, name), { force: true });
    },
  };
}

export function memoryPictures({ publicUrl }: PictureOptions): PictureStore {
  const pictures = new Map<string, { bytes: Uint8Array; type: PictureType }>();
  return {
    put: async (_accountId, bytes, type) => {
      const name = nameOf(bytes, type);
      pictures.set(name, { bytes: Uint8Array.from(bytes), type });
      return `${publicUrl}${PICTURES_PATH}/${name}`;
    },
    get: async (urlOrName) => pictures.get(nameIn(urlOrName) ?? ''),
    remove: async (url) => {
      pictures.delete(nameIn(url) ?? '');
    },
  };
}
