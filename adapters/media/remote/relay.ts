import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as securedRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Arrival, RelayReceipt } from '../../../src/catalog/index.ts';
import { inspected, ReceiveEnded } from '../inspect-stream.ts';

export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Null: sent in chunks, until it ends. */
  readonly bytes: number | null;
  /** Milliseconds without a byte in either direction after which it is given up. */
  readonly idleMs: number;
}

/**
 * Sends bytes on as they come, and no faster than they are taken; resolves when all was taken, rejects when not. Not
 * `fetch`: that gives up after five minutes without an answer, which an upload of gigabytes has no reason to be.
 */
export async function send({
  url,
  method,
  headers,
  body,
  bytes,
  idleMs,
}: Outgoing): Promise<IncomingMessage> {
  const address = new URL(url);
  const length = bytes === null ? {} : { 'Content-Length': String(bytes) };
  const open = address.protocol === 'http:' ? plainRequest : securedRequest;
  const request = open(address, { method, headers: { ...headers, ...length }, agent: false });
  request.setTimeout(idleMs, () => request.destroy(new Error('the upload fell silent')));
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('error', reject).once('response', (response) => {
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode <= 299) return resolve(response);
      const refused = new Error(`the upload was answered with ${statusCode}`);
      reject(refused);
      // It may come while there is much left to send, which nobody wants.
      request.destroy(refused);
    });
  });
  const [response] = await Promise.all([answer, pipeline(body, request)]);
  return response.resume();
}

/**
 * Passes an arriving file on by `sending`: counted, sniffed and hashed. Nothing is sent before the first bytes have
 * told that it is wanted; a fault on its way breaks the sending off.
 */
export async function relayed(
  arrival: Omit<Arrival, 'storageKey'>,
  sending: (bytes: AsyncIterable<Uint8Array>) => Promise<void>,
  onFault: (fault: unknown) => void,
): Promise<RelayReceipt> {
  const arriving = inspected(arrival);
  const bytes = arriving.bytes[Symbol.asyncIterator]();
  try {
    const first = await bytes.next();
    await sending(startingWith(first, bytes));
    return { file: arriving.result(), fault: null };
  } catch (error) {
    if (error instanceof ReceiveEnded) return { file: null, fault: error.fault };
    onFault(error);
    return { file: null, fault: 'unavailable' };
  }
}

async function* startingWith<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Where the file lies in a form of one field, as a browser would send it. */
export function formOf(bytes: AsyncIterable<Uint8Array>, boundary: string): AsyncIterable<Uint8Array> {
  const { head, tail } = formEdges(boundary);
  return (async function* () {
    yield head;
    yield* bytes;
    yield tail;
  })();
}

/** How long a form around so many bytes is. */
export const formLength = (bytes: number, boundary: string): number => {
  const { head, tail } = formEdges(boundary);
  return head.length + bytes + tail.length;
};

const formEdges = (boundary: string): { readonly head: Buffer; readonly tail: Buffer } => ({
  head: Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="media"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  ),
  tail: Buffer.from(`\r\n--${boundary}--\r\n`),
});

/** Bytes in pieces of exactly `size`, but for the last one. */
export async function* inPiecesOf(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    held.push(chunk);
    length += chunk.byteLength;
    while (length >= size) {
      const all = Buffer.concat(held);
      yield all.subarray(0, size);
      held = [all.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
