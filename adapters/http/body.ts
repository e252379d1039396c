import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { bodyTimedOut, bodyTooLarge, edgeRefusals, unsupportedMediaType } from './edge-refusals.ts';
import type { Upload } from './route.ts';
import { bodyLost, isTaken, takenBytes, takenValue } from './taken-body.ts';

export interface BodyLimits {
  readonly limitBytes: number;
  /** How long a JSON body may take to arrive. */
  readonly timeoutMs: number;
  /** How often an upload must have made progress. */
  readonly uploadCheckMs: number;
}

/** The rules': 100 kB, 30 s. */
export const bodyLimits: BodyLimits = { limitBytes: 100_000, timeoutMs: 30_000, uploadCheckMs: 10_000 };

const MAX_DEPTH = 20;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset="?utf-?8"?\s*)?$/i;

/**
 * Reads and parses a JSON body; undefined when there is none. Refuses with 415 (not JSON in UTF-8, or
 * encoded), 413, 408 and 400 (no JSON, deeper than 20, or text that a database cannot keep).
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const { headers } = request;
  const declared = headers['content-length'];
  if (!isPlain(request) || !JSON_TYPE.test(headers['content-type'] ?? '')) {
    throw unsupportedMediaType('application/json');
  }
  if (Number(declared ?? 0) > limits.limitBytes) throw bodyTooLarge(limits.limitBytes);
  if (isTaken(request)) return taken(request, limits.limitBytes);
  const bytes = (await arrived(request, Number(declared))) ?? (await readAll(request, limits));
  return bytes.length === 0 ? undefined : parsed(bytes);
}

/** A body that somebody in front of us has read: as bytes where they were kept, else as what was made of them. */
function taken(request: IncomingMessage, limitBytes: number): unknown {
  const bytes = takenBytes(request);
  if (bytes) return bytes.length === 0 ? undefined : parsed(within(bytes, limitBytes));
  const value = takenValue(request);
  if (value === undefined) throw bodyLost();
  checkJson(value);
  within(Buffer.from(JSON.stringify(value)), limitBytes);
  return value;
}

function within(bytes: Buffer, limitBytes: number): Buffer {
  if (bytes.length > limitBytes) throw bodyTooLarge(limitBytes);
  return bytes;
}

/** The whole body, when it came with the head, as small ones do: no listeners and no timer. */
async function arrived(request: IncomingMessage, declared: number): Promise<Buffer | undefined> {
  // Node tells of the head first, and then reads on in what it has.
  await Promise.resolve();
  if (request.readableLength !== declared) return undefined;
  const bytes: unknown = request.read();
  // A stream ends only when it is read to its end, and here that may still be on its way.
  if (!request.complete) request.resume();
  return Buffer.isBuffer(bytes) ? bytes : undefined;
}

/** Whether anything comes behind the head. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const declared = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (declared !== undefined && declared !== '0');
}

/** The raw body of an upload route: its type is checked here, its bytes are the use case's to read. */
export function uploadOf(request: IncomingMessage, types: readonly string[]): Upload {
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!isPlain(request) || !types.some((type) => matches(type, contentType))) {
    throw unsupportedMediaType(types.join(', '));
  }
  const declared = request.headers['content-length'];
  return {
    stream: isTaken(request) && declared !== '0' ? again(request) : request,
    contentType,
    contentLength: declared === undefined ? null : Number(declared),
  };
}

/** The bytes of an upload. Left open when reading stops early, so that the refusal can still be answered. */
export const bytesOf = (stream: Readable): AsyncIterable<Uint8Array> =>
  stream.iterator({ destroyOnReturn: false });

/** The bytes of a taken body as a stream: whoever reads an upload need not know that it was read before. */
function again(request: IncomingMessage): Readable {
  const bytes = takenBytes(request);
  if (!bytes) throw bodyLost();
  return Readable.from([bytes]);
}

const matches = (type: string, contentType: string): boolean =>
  type === '*/*' ||
  type === contentType ||
  (type.endsWith('/*') && contentType.length >= type.length && contentType.startsWith(type.slice(0, -1)));

const isPlain = ({ headers }: IncomingMessage): boolean =>
  (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';

/** Every byte of a body, as long as they are no more than `limitBytes` and come within `timeoutMs`. */
export function readAll(
  request: Readable,
  { limitBytes, timeoutMs }: Pick<BodyLimits, 'limitBytes' | 'timeoutMs'>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) settle(() => reject(bodyTooLarge(limitBytes)));
      else chunks.push(chunk);
    };
    const onEnd = (): void =>
      settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onClose = (): void => settle(() => reject(bodyTimedOut()));
    const timer = setTimeout(onClose, timeoutMs);
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      // What is left is thrown away as it comes, so that the connection can go on.
      request.on('error', () => undefined).resume();
      outcome();
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

const notJson = (detail: string): Error => edgeRefusals.invalid([{ pointer: '', detail }]);

function parsed(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw notJson('must be UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw notJson('must be JSON');
    throw error;
  }
  tidy(value, 1);
  if (UNKEEPABLE.test(text)) checkTexts(value, '');
  return value;
}

/** The same of a value whose text is gone. */
function checkJson(value: unknown): void {
  tidy(value, 1);
  checkTexts(value, '');
}

/** An escape that may make a NUL or half a surrogate pair, which Postgres refuses in text and in JSON. */
const UNKEEPABLE = /\\u(?:0000|d[89a-f])/i;

/** Refuses what is too deep, and takes `__proto__` out: harmless here, but not for whoever copies key by key. */
function tidy(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw notJson(`must not be deeper than ${MAX_DEPTH}`);
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const member of Object.values(value)) tidy(member, depth + 1);
}

function checkTexts(value: unknown, pointer: string): void {
  if (typeof value === 'string' && !isKeepable(value)) {
    throw edgeRefusals.invalid([{ pointer, detail: 'must be well-formed text without NUL' }]);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (!isKeepable(key)) throw notJson('has a name that is not well-formed text');
    checkTexts(member, `${pointer}/${escapePointer(key)}`);
  }
}

const isKeepable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** A key as one segment of a JSON pointer (RFC 6901). */
export const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
