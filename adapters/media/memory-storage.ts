import type { ByteSpan, MediaStorage, PackagePart, Rendition } from '../../src/catalog/index.ts';
import { instant, type Instant } from '../../src/kernel/instant.ts';
import { inspected, ReceiveEnded } from './inspect-stream.ts';
import { memoryPieces } from './memory-pieces.ts';
import { partPath } from './package-layout.ts';

interface Held {
  readonly bytes: Buffer;
  readonly modifiedAt: Instant;
}

export interface MemoryStorage extends MediaStorage {
  /** Puts a package in its place; its parts are named `720p/init.mp4`. */
  place(
    packageKey: string,
    renditions: readonly Rendition[],
    parts: Readonly<Record<string, Uint8Array>>,
  ): Promise<void>;
}

/** Media in memory, for tests and demonstrations: at most `capacityBytes` of all files together. */
export function memoryStorage({ capacityBytes = 256 * 1024 ** 2 } = {}): MemoryStorage {
  const files = new Map<string, Held>();
  const packages = new Map<string, readonly Rendition[]>();
  let held = 0;

  const remove = (storageKey: string): void => {
    held -= files.get(storageKey)?.bytes.length ?? 0;
    files.delete(storageKey);
  };
  const keyOf = (part: PackagePart): string => `${part.packageKey}/${partPath(part)}`;
  const statOf = (key: string) => {
    const file = files.get(key);
    return file && { bytes: file.bytes.length, modifiedAt: file.modifiedAt };
  };

  const put = (storageKey: string, bytes: Buffer): void => {
    remove(storageKey);
    held += bytes.length;
    files.set(storageKey, { bytes, modifiedAt: instant(Date.now()) });
  };
  const receive: MediaStorage['receive'] = async (arrival) => {
    const arriving = inspected(arrival);
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of arriving.bytes) {
        size += chunk.byteLength;
        if (held + size > capacityBytes) throw new ReceiveEnded('storage-full');
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof ReceiveEnded) return { file: null, fault: error.fault };
      throw error;
    }
    put(arrival.storageKey, Buffer.concat(chunks));
    return { file: arriving.result(), fault: null };
  };
  const hasRoom = (bytes: number): boolean => held + bytes <= capacityBytes;
  const bytesOf = (storageKey: string): Buffer | undefined => files.get(storageKey)?.bytes;

  return {
    receive,
    ...memoryPieces({ receive, bytesOf, put, hasRoom }),
    place: async (packageKey, renditions, parts) => {
      for (const [name, bytes] of Object.entries(parts)) {
        held += bytes.length;
        files.set(`${packageKey}/${name}`, { bytes: Buffer.from(bytes), modifiedAt: instant(Date.now()) });
      }
      packages.set(packageKey, renditions);
    },
    stat: async (storageKey) => statOf(storageKey),
    open: (storageKey, span) => read(files.get(storageKey), storageKey, span),
    renditionsOf: async (packageKey) => packages.get(packageKey),
    statPart: async (part) => statOf(keyOf(part)),
    openPart: (part, span) => read(files.get(keyOf(part)), keyOf(part), span),
    remove: async (storageKey) => {
      remove(storageKey);
      packages.delete(storageKey);
      for (const key of [...files.keys()]) if (key.startsWith(`${storageKey}/`)) remove(key);
    },
  };
}

async function* read(
  file: Held | undefined,
  storageKey: string,
  { start, end }: ByteSpan,
): AsyncGenerator<Uint8Array> {
  if (!file) throw new Error(`no file is stored as ${storageKey}`);
  yield file.bytes.subarray(start, end);
}
