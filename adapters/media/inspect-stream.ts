import { createHash } from 'node:crypto';
import type { Arrival, Receipt, ReceiveFault } from '../../src/catalog/index.ts';
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
 * Counts, sniffs and hashes an upload as it streams. Its first bytes are held back until they have told what
 * it is, so that nothing of a refused kind is stored. Throws `ReceiveEnded`; a sender that fails is truncated.
 */
export function inspected({ stream, limitBytes, accept, expectedBytes }: Arrival): Inspected {
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

  const judge = (head: Buffer): Buffer => {
    contentType = contentTypeOf(head);
    if (contentType === undefined || !accept.includes(contentType)) throw new ReceiveEnded('unsupported');
    return head;
  };

  async function* checked(): AsyncGenerator<Uint8Array> {
    let head = Buffer.alloc(0);
    for await (const chunk of counted()) {
      if (contentType !== undefined) {
        yield chunk;
        continue;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length >= HEAD_BYTES) yield judge(head);
    }
    if (contentType === undefined) yield judge(head);
  }

  return {
    bytes: checked(),
    result: () => ({ bytes, sha256: hash.digest('hex'), contentType: contentType ?? '' }),
  };
}

/** A connection that breaks is a truncated upload, not a fault of ours. */
async function* arriving(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw Object.assign(new ReceiveEnded('truncated'), { cause: error });
  }
}
