import type { IncomingMessage, ServerResponse } from 'node:http';
import { byteRange, type ByteRange } from './byte-range.ts';
import { HttpRefusal } from './problems.ts';
import { streamBytes, type OpenBytes } from './stream-bytes.ts';

export interface ServedFile {
  readonly bytes: number;
  readonly contentType: string;
  /** With its quotes. Strong: the same tag means the same bytes. */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly cacheControl: string;
  /** What a browser keeps it as, instead of showing it: of letters that need no quoting. */
  readonly savedAs?: string;
  readonly open: OpenBytes;
  /** How long a client may take nothing of it, in milliseconds; two minutes when left out. */
  readonly stallMs?: number;
}

/** A player that is paused for longer comes back with a range; one that never reads would hold a file open. */
const STALL_MS = 120_000;

const rangeNotSatisfiable = (bytes: number): HttpRefusal =>
  new HttpRefusal(416, 'request.range-not-satisfiable', 'The range lies behind the end of the file.', {
    headers: { 'Content-Range': `bytes */${bytes}` },
  });

/**
 * Answers a GET or HEAD with a file: whole (200), in part (206), unchanged (304), or refused with 416.
 * Refuses before the first byte only.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
): Promise<void> {
  const unchanged = isUnchanged(request, file);
  const range = unchanged ? 'whole' : askedRange(request, file);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', file.etag);
  response.setHeader('Last-Modified', new Date(file.modifiedAt).toUTCString());
  response.setHeader('Cache-Control', file.cacheControl);
  if (unchanged) {
    response.writeHead(304).end();
    return;
  }
  const part = range === 'whole' ? { start: 0, end: file.bytes } : range;
  response.setHeader('Content-Type', file.contentType);
  if (file.savedAs !== undefined)
    response.setHeader('Content-Disposition', `attachment; filename="${file.savedAs}"`);
  response.setHeader('Content-Length', part.end - part.start);
  if (range !== 'whole') {
    response.setHeader('Content-Range', `bytes ${part.start}-${part.end - 1}/${file.bytes}`);
  }
  response.statusCode = range === 'whole' ? 200 : 206;
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(file.stallMs ?? STALL_MS, () => response.destroy());
  await streamBytes(file.open, part, response);
}

/** A range counts for GET only, and only while the client's copy is of this very file (If-Range). */
function askedRange({ method, headers }: IncomingMessage, file: ServedFile): ByteRange | 'whole' {
  if (method !== 'GET') return 'whole';
  const condition = headers['if-range'];
  if (
    typeof condition === 'string' &&
    condition !== file.etag &&
    Date.parse(condition) !== wholeSeconds(file.modifiedAt)
  ) {
    return 'whole';
  }
  const range = byteRange(headers.range, file.bytes);
  if (range === 'unsatisfiable') throw rangeNotSatisfiable(file.bytes);
  return range;
}

/** If-None-Match decides alone where it is sent; If-Modified-Since only without it (RFC 9110 §13.2.2). */
function isUnchanged({ headers }: IncomingMessage, file: ServedFile): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= wholeSeconds(file.modifiedAt);
}

const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1_000) * 1_000;
