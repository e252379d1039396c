import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenMedia, OpenPackage } from '../../../src/catalog/index.ts';
import { playbackRefusals, withinHeight } from '../../../src/playback/index.ts';
import type { RawRoute } from '../route.ts';
import { sendFile } from '../send-file.ts';
import { multivariantPlaylist } from '../views/multivariant.ts';

const { notFound, renditionNotCovered, ticketInvalid } = playbackRefusals;

/** Everything that lies below a ticket. Whatever else was asked for, in whatever spelling, is not there. */
const MASTER = 'master.m3u8';
const PART = /^([1-9]\d{0,4}p|audio)\/(index\.m3u8|init\.mp4|seg-\d{5}\.m4s)$/;

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
/** Of a rendition's head and of its segments. */
const typeOf = (name: string): string => (name.endsWith('.mp4') ? 'video/mp4' : 'video/iso.segment');
/** A day: longer than any ticket, and what lies at an address never changes. */
const PART_CACHE = 'private, max-age=86400, immutable';

/** Playlists follow the plan, and name what may be refused a moment later: nobody keeps them. */
function sendPlaylist(request: IncomingMessage, response: ServerResponse, text: string | Buffer): void {
  response.writeHead(200, {
    'Content-Type': PLAYLIST_TYPE,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

async function wholeOf({ open, bytes }: OpenMedia): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of open({ start: 0, end: bytes })) pieces.push(piece);
  return Buffer.concat(pieces);
}

interface Asked {
  readonly rendition: string;
  readonly name: string;
  readonly maxHeight: number;
}

/** A part, within what the viewer's plan covers: a larger rendition is refused, however its address was found. */
async function partOf(found: OpenPackage, { rendition, name, maxHeight }: Asked): Promise<OpenMedia> {
  const named = ({ name: each }: { readonly name: string }): boolean => each === rendition;
  if (!found.renditions.some(named)) throw notFound();
  if (!withinHeight(found.renditions, maxHeight).some(named)) throw renditionNotCovered(maxHeight);
  const part = await found.part(rendition, name);
  if (!part) throw notFound();
  return part;
}

const serve: RawRoute['serve'] = async ({ playback, catalog }, request, response) => {
  const { token = '', path = '' } = request.params;
  const { form, storageKey, maxHeight } = await playback.openMedia(token);
  if (form !== 'package') throw ticketInvalid();
  const [, rendition, name] = PART.exec(path) ?? [];
  const isPart = rendition !== undefined && name !== undefined;
  const found = isPart || path === MASTER ? await catalog.openPackage(storageKey) : undefined;
  if (!found) throw notFound();
  if (!isPart) {
    sendPlaylist(request, response, multivariantPlaylist(withinHeight(found.renditions, maxHeight)));
    return;
  }
  const part = await partOf(found, { rendition, name, maxHeight });
  if (name.endsWith('.m3u8')) {
    sendPlaylist(request, response, await wholeOf(part));
    return;
  }
  await sendFile(request, response, {
    bytes: part.bytes,
    contentType: typeOf(name),
    etag: `"${storageKey}/${rendition}/${name}"`,
    modifiedAt: part.modifiedAt,
    cacheControl: PART_CACHE,
    open: part.open,
  });
};

/**
 * Packages are reached through tickets only. Each request, of a playlist as of a segment, asks whether its stream
 * still lives and what its viewer may have; what is under way of one segment is let through.
 */
export const hlsRoutes: readonly RawRoute[] = [
  {
    method: 'get',
    path: '/media/hls/{token}/{path*}',
    tag: 'Media',
    summary: 'The package of a running stream (HLS): `master.m3u8`, and below it playlists and segments',
    refuses: [
      'media.ticket-invalid',
      'media.ticket-expired',
      'media.rendition-not-covered',
      'playback.terminated',
      'playback.session-expired',
      'playback.session-stopped',
      'request.range-not-satisfiable',
      'request.not-found',
    ],
    serve,
  },
];
