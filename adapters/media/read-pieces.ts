import { open } from 'node:fs/promises';
import type { ByteSpan } from '../../src/catalog/index.ts';

/** Read at once, unless the reader has a buffer of another size: few turns of the event loop for a segment. */
const PIECE_BYTES = 128 * 1024;

/** The bytes of a file, piece by piece: each in a buffer of its own, or all of them in the one that was given. */
export async function* readPieces(path: string, { start, end, into }: ByteSpan): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (let at = start; at < end;) {
      const buffer = into ?? Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - at));
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.byteLength, end - at), at);
      if (bytesRead === 0) throw new Error(`${path} is shorter than it was`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
