import type { MediaStorage } from '../../src/catalog/index.ts';
import { instant, type Instant } from '../../src/kernel/instant.ts';
import { inspected, ReceiveEnded } from './inspect-stream.ts';

interface Held {
  readonly bytes: Buffer;
  readonly modifiedAt: Instant;
}

/** Media files in memory, for tests and demonstrations: at most `capacityBytes` of all files together. */
export function memoryStorage({ capacityBytes = 256 * 1024 ** 2 } = {}): MediaStorage {
  const files = new Map<string, Held>();
  let held = 0;

  const remove = (storageKey: string): void => {
    held -= files.get(storageKey)?.bytes.length ?? 0;
    files.delete(storageKey);
  };

  return {
    receive: async (arrival) => {
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
      remove(arrival.storageKey);
      held += size;
      files.set(arrival.storageKey, { bytes: Buffer.concat(chunks), modifiedAt: instant(Date.now()) });
      return { file: arriving.result(), fault: null };
    },
    stat: async (storageKey) => {
      const file = files.get(storageKey);
      return file && { bytes: file.bytes.length, modifiedAt: file.modifiedAt };
    },
    open: (storageKey, { start, end }) => read(files.get(storageKey), storageKey, { start, end }),
    remove: async (storageKey) => remove(storageKey),
  };
}

async function* read(
  file: Held | undefined,
  storageKey: string,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  if (!file) throw new Error(`no file is stored as ${storageKey}`);
  yield file.bytes.subarray(start, end);
}
