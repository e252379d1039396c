import { createHash } from 'node:crypto';
import type { Arrival, Receipt, ReceiveFault } from '../../src/catalog/index.ts';
import { isOversized, pixelSizeOf } from '../../src/identity/picture-size.ts';
import { hasCode } from './disk.ts';
import { contentTypeOf, HEAD_BYTES } from './sniff.ts';

/** An upload that ends early for a reason of its own, not of the disk's. */
export class ReceiveEnded extends Error {
  readonly fault: ReceiveFault;

  constructor(fault: ReceiveFault) {
    super(`upload ended: ${fault}`);
    this.name = 'ReceiveEnded';
    this.fault = fault;
  }
}

export interface Inspected {
  /** The bytes, passed on only while nothing speaks against them. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What arrived, once all of `bytes` was read. */
  result(): NonNullable<Receipt['file']>;
}

/**
 * Counts, sniffs and hashes an upload as it streams. Its first bytes are held back until they have told what it
 * is, and of a picture how large, so that nothing of a refused kind is stored. Throws `ReceiveEnded`; a sender that fails is truncated.
 */
export function inspected({
  stream,
  limitBytes,
  accept,
  expectedBytes,
}: Omit<Arrival, 'storageKey'>): Inspected {
  const hash = createHash('sha256');
  let bytes = 0;
  let contentType: string | undefined;

  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of arriving(stream)) {
      bytes += chunk.byteLength;
      if (bytes > limitBytes) throw new ReceiveEnded('too-large');
      hash.update(chunk);
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    if (bytes === 0 || (expectedBytes !== null && bytes !== expectedBytes)) {
      throw new ReceiveEnded('truncated');
    }
  }

  /** Whether enough has come to tell what it is; throws when it is not wanted. */
  const judge = (head: Buffer, isAll: boolean): boolean => {
    contentType ??= contentTypeOf(head);
    if (contentType === undefined || !accept.includes(contentType)) throw new ReceiveEnded('unsupported');
    if (!contentType.startsWith('image/')) return true;
    const size = pixelSizeOf(head);
    if (typeof size === 'object' && isOversized(size)) throw new ReceiveEnded('unsupported');
    return size !== 'more' || isAll;
  };

  async function* checked(): AsyncGenerator<Uint8Array> {
    let held: Buffer[] | undefined = [];
    let needed = HEAD_BYTES;
    for await (const chunk of counted()) {
      if (!held) {
        yield chunk;
        continue;
      }
      held.push(chunk);
      if (bytes < needed) continue;
      const head = Buffer.concat(held);
      // Looked at again when there is twice as much: whoever sends byte by byte must not have us read it all each time.
      needed = 2 * bytes;
      held = judge(head, false) ? undefined : [head];
      if (!held) yield head;
    }
    if (!held) return;
    const head = Buffer.concat(held);
    judge(head, true);
    yield head;
  }

  return {
    bytes: checked(),
    result: () => ({ bytes, sha256: hash.digest('hex'), contentType: contentType ?? '' }),
  };
}

/** A connection that breaks is a truncated upload, not a fault of ours. */
export async function* arriving(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw Object.assign(new ReceiveEnded('truncated'), { cause: error });
  }
}

/** What is the sender's doing, or the disk's being full; undefined for every other error. */
export function faultOf(error: unknown): ReceiveFault | undefined {
  if (error instanceof ReceiveEnded) return error.fault;
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT') ? 'storage-full' : undefined;
}
