import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { isId } from '../../../src/kernel/ids.ts';
import type { Title } from '../../../src/catalog/index.ts';
import { unknownPath } from '../edge-refusals.ts';
import type { Faces } from '../faces.ts';
import { titlePage, titlesPage, type PlayerPage } from '../pages/player-page.ts';
import type { RawRoute } from '../route.ts';
import { playerHeaders } from '../secure-headers.ts';
import { sendFile, type ServedFile } from '../send-file.ts';

export interface PlayerOptions {
  /** Hosts beside our own that media and posters come from, such as `https://stream.example`. */
  readonly mediaOrigins: readonly string[];
}

const require = createRequire(import.meta.url);
const FOLDER = new URL('../pages/player/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Of hls.js the full build: the light one knows no separate sound, which other packagers make. */
const FROM_NPM: Readonly<Record<string, string>> = {
  'hls.js': 'hls.js/dist/hls.min.mjs',
  'hls.worker.js': 'hls.js/dist/hls.worker.js',
};

const endingOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The files that pages load, by name, and nothing else, however it is spelt. */
const ASSETS: ReadonlyMap<string, URL> = new Map([
  ...readdirSync(FOLDER)
    .filter((name) => Object.hasOwn(TYPES, endingOf(name)))
    .map((name): [string, URL] => [name, new URL(name, FOLDER)]),
  ...Object.entries(FROM_NPM).map(([name, file]): [string, URL] => [
    name,
    pathToFileURL(require.resolve(file)),
  ]),
]);

/** Pages and their files change together: each is asked about, and mostly answered with 304. */
const CACHE = 'no-cache';

async function assetAt(name: string, url: URL): Promise<ServedFile> {
  const [bytes, { mtimeMs }] = await Promise.all([readFile(url), stat(url)]);
  return {
    bytes: bytes.byteLength,
    contentType: TYPES[endingOf(name)] ?? 'application/octet-stream',
    etag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`,
    modifiedAt: mtimeMs,
    cacheControl: CACHE,
    open: ({ start, end }) => Readable.from([bytes.subarray(start, end)]),
  };
}

/** Each file is read once; what failed is kept by nobody, and tried again. */
function assets(): (name: string) => Promise<ServedFile> {
  const read = new Map<string, ServedFile>();
  return async (name) => {
    const known = read.get(name);
    if (known) return known;
    const url = ASSETS.get(name);
    if (!url) throw unknownPath();
    const asset = await assetAt(name, url);
    read.set(name, asset);
    return asset;
  };
}

function sendPage(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { html, etag, status }: PlayerPage & { readonly status: 200 | 404 },
): void {
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', CACHE);
  if (status === 200 && headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
  });
  response.end(method === 'HEAD' ? undefined : html);
}

const CODE = /^[a-z0-9][a-z0-9-]{0,59}$/;
const NOBODY = { accountId: null, isAdmin: false } as const;

/** A title that everybody may see, by its id or its code. */
async function publicTitle({ catalog }: Faces, name: string): Promise<Title | undefined> {
  if (!CODE.test(name)) return undefined;
  const id = isId(name) ? name : (await catalog.titleByCode(name))?.id;
  if (id === undefined) return undefined;
  try {
    return (await catalog.showTitle({ id, kind: null, viewer: NOBODY })).title;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** The player as a page: what to watch, and each title with its seat, its refusals and its devices. */
export function playerRoutes({ mediaOrigins }: PlayerOptions): readonly RawRoute[] {
  const policy = playerHeaders(mediaOrigins);
  const asset = assets();
  const guarded = (response: ServerResponse): void => {
    for (const [name, value] of policy) response.setHeader(name, value);
  };
  return [
    {
      method: 'get',
      path: '/watch',
      tag: 'Player',
      summary: 'A page with what there is to watch',
      refuses: [],
      serve: async (_, request, response) => {
        guarded(response);
        sendPage(request, response, { ...titlesPage(request.base), status: 200 });
      },
    },
    {
      method: 'get',
      path: '/watch/{title}',
      tag: 'Player',
      summary: 'A page that plays a title, by its id or its code',
      refuses: [],
      serve: async (usher, request, response) => {
        const asked = request.params['title'] ?? '';
        const title = await publicTitle(usher, asked);
        const { base } = request;
        // The page all the same: a title that is not public may be there for whoever signs in.
        const page = titlePage({ base, title: title?.id ?? asked, name: title?.title ?? 'Not found' });
        guarded(response);
        sendPage(request, response, { ...page, status: title ? 200 : 404 });
      },
    },
    {
      method: 'get',
      path: '/watch/assets/{name}',
      tag: 'Player',
      summary: 'The scripts and styles of these pages',
      refuses: ['request.range-not-satisfiable', 'request.unknown-path'],
      serve: async (_, request, response) => {
        const file = await asset(request.params['name'] ?? '');
        guarded(response);
        await sendFile(request, response, file);
      },
    },
  ];
}
