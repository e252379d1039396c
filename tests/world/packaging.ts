import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalStorage } from '../../adapters/media/local-storage.ts';
import { memoryStorage, type MemoryStorage } from '../../adapters/media/memory-storage.ts';
import { MEDIA_STORAGE, UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import type { Usher } from '../../adapters/composition/usher.ts';
import type {
  Inspection,
  MediaStorage,
  Packager,
  PackagingOrder,
  PackagingOutcome,
  Rendition,
} from '../../src/catalog/index.ts';

/** Packaging without an encoder: packages are words, and how an attempt goes is said beforehand. */

export const rendition = (lines: number, changes: Partial<Rendition> = {}): Rendition => ({
  name: `${lines}p`,
  lines,
  width: Math.ceil((lines * 16) / 9 / 2) * 2,
  height: lines,
  frameRate: 25,
  codecs: 'avc1.64001f,mp4a.40.2',
  bandwidth: lines * 3_000,
  averageBandwidth: lines * 2_000,
  ...changes,
});

const PLAYLIST = [
  '#EXTM3U',
  '#EXT-X-VERSION:7',
  '#EXT-X-TARGETDURATION:6',
  '#EXT-X-MEDIA-SEQUENCE:0',
  '#EXT-X-PLAYLIST-TYPE:VOD',
  '#EXT-X-MAP:URI="init.mp4"',
  '#EXTINF:6.000000,',
  'seg-00000.m4s',
  '#EXT-X-ENDLIST',
  '',
].join('\n');

/** What a segment of the tests holds: its own address, so that a wrong one is seen. */
export const wordsOf = (packageKey: string, name: string): string =>
  `${packageKey} ${name} `.padEnd(1_000, '.');

/** The parts of a package, by name. */
export const partsOf = (packageKey: string, renditions: readonly Rendition[]): Record<string, Buffer> =>
  Object.fromEntries(
    renditions.flatMap(({ name }) => [
      [`${name}/index.m3u8`, Buffer.from(PLAYLIST)],
      ...['init.mp4', 'seg-00000.m4s'].map((part) => [
        `${name}/${part}`,
        Buffer.from(wordsOf(packageKey, `${name}/${part}`)),
      ]),
    ]),
  );

export type Attempt = (order: PackagingOrder) => Promise<PackagingOutcome>;

export interface WordyPackager extends Packager {
  readonly storage: MemoryStorage;
  readonly orders: PackagingOrder[];
  /** How the next attempts go, in their order; the ones behind them make whole packages. */
  readonly plan: Attempt[];
  found: Inspection | 'unreadable';
  renditions: readonly Rendition[];
  /** Puts a whole package in its place. */
  readonly make: Attempt;
}

export function wordyPackager(storage: MemoryStorage = memoryStorage()): WordyPackager {
  const packager: WordyPackager = {
    storage,
    orders: [],
    plan: [],
    found: { durationSeconds: 6, picture: { width: 1_920, height: 1_080 } },
    renditions: [rendition(480), rendition(720), rendition(1080)],
    make: async ({ packageKey }) => {
      const { renditions } = packager;
      await storage.place(packageKey, renditions, partsOf(packageKey, renditions));
      return { package: { renditions, durationSeconds: 6.016 }, fault: null };
    },
    inspect: async () => packager.found,
    package: async (order) => {
      packager.orders.push(order);
      const attempt = packager.plan.shift() ?? packager.make;
      return attempt(order);
    },
  };
  return packager;
}

export const unreadable: Attempt = async () => ({ package: null, fault: 'unreadable' });
export const interrupted: Attempt = async () => ({ package: null, fault: 'interrupted' });
export const brokenDown: Attempt = async () => {
  throw new Error('the disk is full');
};

/** Puts a package of words where an encoder would have left one. */
export async function placeOnDisk(
  storage: Pick<LocalStorage, 'begin' | 'place'>,
  packageKey: string,
  renditions: readonly Rendition[],
): Promise<void> {
  const folder = await storage.begin(packageKey);
  for (const { name } of renditions) await mkdir(join(folder, name));
  for (const [name, bytes] of Object.entries(partsOf(packageKey, renditions)))
    await writeFile(join(folder, name), bytes);
  await storage.place(packageKey, renditions);
}

/** Gives a title's media a package of words, in a product that packages nothing itself. */
export async function givePackage(usher: Usher, titleId: string): Promise<void> {
  const renditions = [rendition(480), rendition(720)];
  const [detail] = await usher.faces.catalog.detailMany([titleId]);
  const assetId = detail?.title.mediaAssetId ?? '';
  const packageKey = `${assetId}-words`;
  const storage = usher.get(MEDIA_STORAGE);
  if (isOnDisk(storage)) await placeOnDisk(storage, packageKey, renditions);
  else await (storage as MemoryStorage).place(packageKey, renditions, partsOf(packageKey, renditions));
  await usher.get(UNIT_OF_WORK).run(async ({ assets }) => {
    const asset = await assets.find(assetId);
    if (!asset) throw new Error(`no media of ${titleId}`);
    await assets.save({ ...asset, packageKey, renditions, packageAt: null, version: asset.version + 1 });
  });
}

const isOnDisk = (storage: MediaStorage): storage is LocalStorage => 'begin' in storage;
