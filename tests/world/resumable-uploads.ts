import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalStorage, type LocalStorage } from '../../adapters/media/local-storage.ts';
import type {
  AssetKind,
  CatalogDeps,
  Digest,
  SlotAsset,
  Title,
  UploadRef,
  UploadStanding,
} from '../../src/catalog/index.ts';
import { catalogWorld, CLIP, inPieces, type CatalogWorld } from './catalog.ts';
import { openers } from './stores.ts';

/** Who sends. */
const ADA = 'ada';

export const CLIP_SHA256 = createHash('sha256').update(CLIP).digest('hex');

export interface Sending {
  /** The connection breaks behind the last byte. */
  readonly fails?: boolean;
  readonly by?: CatalogWorld;
  readonly digest?: Digest;
  readonly contentLength?: number;
  /** Instead of bytes that come as they are. */
  readonly stream?: AsyncIterable<Uint8Array>;
}

/** A catalogue with a folder for its media, as those see it who send files piece by piece. */
export interface UploadWorld {
  readonly world: CatalogWorld;
  readonly storage: LocalStorage;
  /** The same house after a restart, or another process of it: nothing is remembered but what was stored. */
  anotherProcess(changes?: Partial<CatalogDeps>): CatalogWorld;
  begin(
    title: Title,
    wanted?: { readonly kind?: AssetKind; readonly lengthBytes?: number },
  ): Promise<UploadRef>;
  send(ref: UploadRef, offset: number, bytes: Uint8Array, sending?: Sending): Promise<UploadStanding>;
  offsetOf(ref: UploadRef): Promise<number>;
  newest(title: Title, kind?: AssetKind): Promise<SlotAsset | null>;
  /** The names of all files that lie in the folder. */
  stored(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function uploadWorld(): Promise<UploadWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-pieces-'));
  const storage = await openLocalStorage(folder);
  const { unitOfWork } = await openers.memory();
  const world = catalogWorld(unitOfWork, { storage });
  const { catalog } = world;
  return {
    world,
    storage,
    anotherProcess: (changes = {}) =>
      catalogWorld(unitOfWork, { storage, clock: { now: () => world.now() }, ...changes }),
    begin: async (title, { kind = 'media', lengthBytes = CLIP.length } = {}) => {
      const wanted = { titleId: title.id, kind, accountId: ADA, lengthBytes, metadata: '' };
      const { upload } = await catalog.beginResumableUpload(wanted);
      return { id: upload.id, accountId: ADA };
    },
    send: (ref, offset, bytes, { fails = false, by = world, digest, contentLength, stream } = {}) =>
      by.catalog.resumeUpload({
        ref,
        offset,
        stream: stream ?? inPieces(bytes, { fails }),
        contentLength: contentLength ?? null,
        digest: digest ?? null,
      }),
    offsetOf: async (ref) => (await catalog.resumableUpload(ref)).upload.offsetBytes,
    newest: async (title, kind = 'media') => (await catalog.assetOf(title, kind)).newest,
    stored: async () => {
      const folders = ['incoming', 'pieces', 'files'];
      return (await Promise.all(folders.map((each) => readdir(join(folder, each))))).flat();
    },
    close: () => rm(folder, { recursive: true }),
  };
}

/** A sender who holds on to the rest: a request that has not ended. */
export function held(first: Uint8Array, rest: Uint8Array = Buffer.alloc(0)) {
  const gate = Promise.withResolvers<void>();
  async function* stream() {
    yield first;
    await gate.promise;
    yield rest;
  }
  return { stream: stream(), release: () => gate.resolve() };
}
