import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './byte-range.ts';

/** Opens a part of something; whoever gives a buffer may find every piece in it, in place of the one before. */
export type OpenBytes = (span: ByteRange & { readonly into?: Uint8Array }) => AsyncIterable<Uint8Array>;

/** What a slow client holds, and what a fast one is sent at once. */
const BUFFER_BYTES = 128 * 1024;
/** Buffers that wait for their next response: 8 MB. */
const MAX_SPARE = 64;

const spare: Buffer[] = [];

/**
 * Sends a part as the body of a response, no faster than the client takes it; ends quietly when the client has gone.
 *
 * Pieces are read into one buffer, each when the one before it is out, and the next response reads into the same. A
 * new buffer for each piece has the whole heap collected every few dozen megabytes, which costs more than all else
 * that is done for a segment.
 */
export async function streamBytes(open: OpenBytes, part: ByteRange, response: ServerResponse): Promise<void> {
  if (!(await hasTurn(response))) return;
  // What a host's middleware keeps of a piece, and for how long, is its own affair (compression).
  if (Object.hasOwn(response, 'write')) return streamThrough(open(part), response);
  const into = spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  try {
    for await (const piece of open({ ...part, into })) if (!(await isOut(response, piece))) return;
    response.end();
  } finally {
    if (spare.length < MAX_SPARE) spare.push(into);
  }
}

/**
 * An answer behind another one of its connection opens nothing before its turn: what it wrote would wait with it, and
 * be neither sent nor called back when the connection ends before. False when the client has gone.
 */
async function hasTurn(response: ServerResponse): Promise<boolean> {
  if (response.socket) return true;
  const { socket } = response.req;
  if (socket.destroyed) return false;
  return new Promise((resolve) => {
    const come = (): void => settle(true);
    const leave = (): void => settle(false);
    const settle = (isHere: boolean): void => {
      response.off('socket', come);
      socket.off('close', leave);
      resolve(isHere);
    };
    response.once('socket', come);
    socket.once('close', leave);
  });
}

/** Resolves when nobody looks at the piece any more: false when the client has gone. */
const isOut = (response: ServerResponse, piece: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    // Between a connection's breaking and its 'close', Node drops what is written and never calls back.
    if (response.socket?.destroyed !== false) resolve(false);
    else response.write(piece, (error) => resolve(!error));
  });

async function streamThrough(bytes: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
  try {
    await pipeline(Readable.from(bytes), response);
  } catch (error) {
    if (!hasLeft(error)) throw error;
  }
}

/** A viewer who seeks or leaves closes the connection: everyday, not a fault. */
const hasLeft = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED'].includes(String(error.code));
