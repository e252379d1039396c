import { createHash } from 'node:crypto';
import type { Continuation, Digest, FilePiece } from '../../src/catalog/index.ts';
import { arriving, ReceiveEnded } from './inspect-stream.ts';
import { contentTypeOf, HEAD_BYTES } from './sniff.ts';

/** After so many bytes what came is made safe and counted: a crash costs the sender no more than that. */
export const SAFE_BYTES = 8 * 1024 ** 2;

/** Of a file that comes piece by piece, what was stored before. */
export interface Before {
  readonly offset: number;
  /** Its first bytes, as many as are looked at; none when they were looked at already. */
  readonly head: Buffer;
}

type More = Pick<Continuation, 'stream' | 'lengthBytes' | 'accept'>;

export const offsetBehind = (pieces: readonly FilePiece[]): number =>
  pieces.reduce((sum, { bytes }) => sum + bytes, 0);

/** The first bytes of pieces, while there are too few of them to have told what the file is. */
export async function headOf(
  pieces: readonly FilePiece[],
  read: (piece: FilePiece) => AsyncIterable<Uint8Array>,
): Promise<Buffer> {
  const head: Uint8Array[] = [];
  if (offsetBehind(pieces) >= HEAD_BYTES) return Buffer.alloc(0);
  for (const piece of pieces) if (piece.bytes > 0) for await (const chunk of read(piece)) head.push(chunk);
  return Buffer.concat(head);
}

/**
 * More of a file, counted, and judged as soon as enough of its first bytes are there, before the byte that tells is
 * passed on. Throws `ReceiveEnded`; where the sender breaks off it ends, for what came before that is good.
 */
export async function* continued(
  { stream, lengthBytes, accept }: More,
  { offset, head }: Before,
): AsyncGenerator<Uint8Array> {
  let bytes = offset;
  let unjudged: Buffer | undefined = offset < HEAD_BYTES ? head : undefined;
  try {
    for await (const chunk of arriving(stream)) {
      bytes += chunk.byteLength;
      if (bytes > lengthBytes) throw new ReceiveEnded('too-large');
      unjudged &&= Buffer.concat([unjudged, chunk]);
      if (unjudged && (bytes >= HEAD_BYTES || bytes === lengthBytes)) {
        const contentType = contentTypeOf(unjudged);
        if (contentType === undefined || !accept.includes(contentType)) throw new ReceiveEnded('unsupported');
        unjudged = undefined;
      }
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof ReceiveEnded) || error.fault !== 'truncated') throw error;
  }
}

export interface Checksum {
  update(chunk: Uint8Array): void;
  /** Whether all that came is what was meant. */
  isRight(): boolean;
}

/** Where nothing was said about the bytes, any are right. */
export function checksumOf(digest: Digest | null): Checksum {
  if (!digest) return { update: () => undefined, isRight: () => true };
  const hash = createHash(digest.algorithm);
  return { update: (chunk) => void hash.update(chunk), isRight: () => hash.digest('hex') === digest.hex };
}
