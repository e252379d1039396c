import type { Appended, Continuation, FilePiece, MediaStorage, Receipt } from '../../src/catalog/index.ts';
import { checksumOf, continued, headOf, offsetBehind, SAFE_BYTES } from './continued-stream.ts';
import { faultOf, ReceiveEnded } from './inspect-stream.ts';

/** Where memory keeps its files. */
export interface Shelf extends Pick<MediaStorage, 'receive'> {
  bytesOf(storageKey: string): Buffer | undefined;
  put(storageKey: string, bytes: Buffer): void;
  /** Whether so many bytes more have room. */
  hasRoom(bytes: number): boolean;
}

/** Files that come piece by piece. */
export function memoryPieces(shelf: Shelf): Pick<MediaStorage, 'append' | 'assemble'> {
  const bytesOf = ({ storageKey, bytes }: FilePiece): Buffer =>
    shelf.bytesOf(storageKey)?.subarray(0, bytes) ?? Buffer.alloc(0);
  return {
    append: async (continuation) => {
      const { pieces } = continuation;
      const piece = pieces.at(-1);
      if (!piece) throw new RangeError('there is no piece to write to');
      const head = await headOf(pieces, (each) => oneOf(bytesOf(each)));
      const stream = continued(continuation, { offset: offsetBehind(pieces), head });
      const growing = new Growing(shelf, piece.storageKey, bytesOf(piece));
      try {
        return await written(growing, { ...continuation, stream });
      } catch (error) {
        const fault = faultOf(error);
        if (fault === undefined || fault === 'truncated') throw error;
        return { bytes: growing.safe.length, fault };
      }
    },
    assemble: async ({ pieces, lengthBytes, ...demands }): Promise<Receipt> => {
      const known = shelf.bytesOf(demands.storageKey) ?? Buffer.concat(pieces.map(bytesOf));
      return shelf.receive({ ...demands, stream: oneOf(known), expectedBytes: lengthBytes });
    },
  };
}

async function written(growing: Growing, { stream, digest, report }: Continuation): Promise<Appended> {
  const checksum = checksumOf(digest);
  for await (const chunk of stream) {
    checksum.update(chunk);
    growing.add(chunk);
    if (digest || growing.waiting < SAFE_BYTES) continue;
    if (!(await report(growing.keep()))) return { bytes: growing.safe.length, fault: 'taken-over' };
  }
  if (!checksum.isRight()) return { bytes: growing.safe.length, fault: 'damaged' };
  return { bytes: growing.keep(), fault: null };
}

/** A piece, and what came of it since it was last put on the shelf. */
class Growing {
  readonly #shelf: Shelf;
  readonly #storageKey: string;
  #chunks: Uint8Array[] = [];
  safe: Buffer;
  waiting = 0;

  constructor(shelf: Shelf, storageKey: string, safe: Buffer) {
    this.#shelf = shelf;
    this.#storageKey = storageKey;
    this.safe = safe;
  }

  add(chunk: Uint8Array): void {
    this.waiting += chunk.byteLength;
    if (!this.#shelf.hasRoom(this.waiting)) throw new ReceiveEnded('storage-full');
    this.#chunks.push(Buffer.from(chunk));
  }

  keep(): number {
    this.safe = Buffer.concat([this.safe, ...this.#chunks]);
    this.#chunks = [];
    this.waiting = 0;
    this.#shelf.put(this.#storageKey, this.safe);
    return this.safe.length;
  }
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
