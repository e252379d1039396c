import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type {
  Arrival,
  BegunUpload,
  MediaProvider,
  RelayReceipt,
  RemoteFact,
  UploadOrder,
  UploadPlace,
} from '../../../src/catalog/index.ts';
import { after, SECOND, toRfc3339, type Instant } from '../../../src/kernel/instant.ts';
import { SIGNATURE_TOLERANCE_SECONDS, verifySigned } from '../../security/signed-webhooks.ts';
import {
  askApi,
  securedPlace,
  unlessDown,
  type ApiAccess,
  type ProviderDeps,
} from '../remote/provider-api.ts';
import { formLength, formOf, inPiecesOf, relayed, send } from '../remote/relay.ts';
import { jsonIn } from '../remote/webhook-body.ts';
import { CloudflareVideo, factOfVideo, newsIn } from './facts.ts';

export interface CloudflareSettings {
  readonly accountId: string;
  readonly apiToken: string;
  readonly webhookSecrets: readonly string[];
  /** `https://api.cloudflare.com/client/v4`, or the fake of the tests. */
  readonly apiBase: string;
  /** Milliseconds for one question. */
  readonly timeoutMs: number;
  /** Milliseconds without a byte after which a file that is sent on is given up. */
  readonly idleMs: number;
  /** Cloudflare's own when left out. */
  readonly sizes?: CloudflareSizes;
}

export const CLOUDFLARE_SIGNATURE = 'webhook-signature';

export interface CloudflareSizes {
  /** What a form may carry; larger files are sent by tus, which has to know their size beforehand. */
  readonly formLimitBytes: number;
  /** Of tus: at least 5 MiB, and a multiple of 256 KiB. One is held in memory while it is sent. */
  readonly pieceBytes: number;
}

export const CLOUDFLARE_SIZES: CloudflareSizes = { formLimitBytes: 200_000_000, pieceBytes: 16 * 1024 ** 2 };

/** What is set aside of the account's storage until the video is there; longer ones, and six hours, are refused. */
const MAX_DURATION_SECONDS = 6 * 3_600 - 1;
/** A place may wait for six hours; their clock and ours differ by less than this. */
const MAX_EXPIRY_SECONDS = 6 * 3_600 - 60;

const SCHEME = { time: 'time', signature: 'sig1' } as const;

/** Cloudflare Stream behind our port. A video has one name there from its first moment. */
export function cloudflareProvider(settings: CloudflareSettings, deps: ProviderDeps): MediaProvider {
  const { systemClock, onFault } = deps;
  const { apiBase, accountId, apiToken, timeoutMs, webhookSecrets: secrets } = settings;
  const { idleMs, sizes = CLOUDFLARE_SIZES } = settings;
  const told =
    (operation: string) =>
    (fault: unknown): void =>
      onFault(fault, operation);
  const access: ApiAccess = {
    base: `${apiBase}/accounts/${encodeURIComponent(accountId)}/stream`,
    authorization: `Bearer ${apiToken}`,
    timeoutMs,
  };
  return {
    name: 'cloudflare',
    // Whether sound alone is taken is not said anywhere: it stays here.
    kinds: ['video'],
    begin: (order) =>
      unlessDown(begin(access, sizes, { ...order, now: systemClock.now() }), told('begin an upload')),
    relay: ({ place }, arrival) => relay({ place, arrival, idleMs, sizes }, told('send a file on')),
    read: ({ raw, headers }) => {
      const check = { secrets, now: systemClock.now(), toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS };
      const isGood = verifySigned(raw, headers[CLOUDFLARE_SIGNATURE], { ...check, scheme: SCHEME });
      return isGood ? newsIn(jsonIn(raw)) : { refused: 'signature' };
    },
    ask: ({ reference }) => unlessDown(factOf(access, reference), told('ask about an upload')),
    remove: ({ reference }) => unlessDown(remove(access, reference), told('remove a file')),
  };
}

interface DatedOrder extends UploadOrder {
  readonly now: Instant;
}

function begin(
  access: ApiAccess,
  { formLimitBytes }: CloudflareSizes,
  { now, ...order }: DatedOrder,
): Promise<BegunUpload> {
  const expiresAt = after(now, Math.min(order.forSeconds, MAX_EXPIRY_SECONDS) * SECOND);
  const { bytes } = order;
  return bytes !== null && bytes > formLimitBytes
    ? beginTus(access, order, { bytes, expiresAt })
    : beginForm(access, order, expiresAt);
}

const begunAs = (reference: string, place: UploadPlace): BegunUpload => ({
  ref: { provider: 'cloudflare', reference, mediaId: null },
  place,
});

const Form = z.object({ result: z.object({ uid: z.string(), uploadURL: z.string() }) });

async function beginForm(
  access: ApiAccess,
  { assetId }: UploadOrder,
  expiresAt: Instant,
): Promise<BegunUpload> {
  const { body } = await askApi(access, {
    method: 'POST',
    path: '/direct_upload',
    json: {
      maxDurationSeconds: MAX_DURATION_SECONDS,
      expiry: toRfc3339(expiresAt),
      requireSignedURLs: true,
      meta: { name: assetId },
    },
  });
  const { uid, uploadURL: url } = Form.parse(body).result;
  return begunAs(uid, {
    url: securedPlace(url, access),
    protocol: 'form',
    method: 'POST',
    headers: {},
    expiresAt,
  });
}

interface Large {
  readonly bytes: number;
  readonly expiresAt: Instant;
}

async function beginTus(
  access: ApiAccess,
  { assetId }: UploadOrder,
  { bytes, expiresAt }: Large,
): Promise<BegunUpload> {
  const of = (text: string): string => Buffer.from(text).toString('base64');
  const { headers } = await askApi(access, {
    method: 'POST',
    path: '?direct_user=true',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(bytes),
      'Upload-Metadata': [
        `maxDurationSeconds ${of(String(MAX_DURATION_SECONDS))}`,
        `expiry ${of(toRfc3339(expiresAt))}`,
        `name ${of(assetId)}`,
        'requiresignedurls',
      ].join(','),
    },
  });
  const [uid, url] = [headers.get('stream-media-id'), headers.get('location')];
  if (uid === null || url === null) throw new Error('an upload was begun, and it was not said where');
  return begunAs(uid, {
    url: securedPlace(url, access),
    protocol: 'tus',
    method: 'PATCH',
    headers: TUS,
    expiresAt,
  });
}

const TUS: Readonly<Record<string, string>> = { 'Tus-Resumable': '1.0.0' };

interface Relay {
  readonly place: UploadPlace;
  readonly arrival: Omit<Arrival, 'storageKey'>;
  readonly idleMs: number;
  readonly sizes: CloudflareSizes;
}

function relay(
  { place, arrival, idleMs, sizes: { formLimitBytes, pieceBytes } }: Relay,
  onFault: (fault: unknown) => void,
): Promise<RelayReceipt> {
  const to = { ...place, idleMs };
  if (place.protocol === 'tus')
    return relayed(arrival, (bytes) => sendInPieces(to, inPiecesOf(bytes, pieceBytes)), onFault);
  // Of a file whose size nobody declared it turns out on the way that it is too large for a form.
  const limitBytes = Math.min(arrival.limitBytes, formLimitBytes);
  const sending = (bytes: AsyncIterable<Uint8Array>): Promise<void> =>
    sendForm(to, { bytes, length: arrival.expectedBytes });
  return relayed({ ...arrival, limitBytes }, sending, onFault);
}

type To = Pick<UploadPlace, 'url' | 'headers'> & { readonly idleMs: number };

interface Whole {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly length: number | null;
}

async function sendForm({ url, idleMs }: To, { bytes, length }: Whole): Promise<void> {
  const boundary = `usher-${randomUUID()}`;
  await send({
    ...{ url, idleMs },
    method: 'POST',
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: formOf(bytes, boundary),
    bytes: length === null ? null : formLength(length, boundary),
  });
}

async function sendInPieces({ url, headers, idleMs }: To, pieces: AsyncIterable<Buffer>): Promise<void> {
  let offset = 0;
  for await (const piece of pieces) {
    await send({
      ...{ url, idleMs },
      method: 'PATCH',
      headers: {
        ...headers,
        'Upload-Offset': String(offset),
        'Content-Type': 'application/offset+octet-stream',
      },
      body: once(piece),
      bytes: piece.length,
    });
    offset += piece.length;
  }
}

async function* once(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

async function factOf(access: ApiAccess, uid: string): Promise<RemoteFact> {
  const path = `/${encodeURIComponent(uid)}`;
  const { status, body } = await askApi(access, { method: 'GET', path, allows: [404] });
  if (status === 404) return { kind: 'gone' };
  return factOfVideo(z.object({ result: CloudflareVideo }).parse(body).result) ?? { kind: 'waiting' };
}

async function remove(access: ApiAccess, uid: string): Promise<'removed'> {
  await askApi(access, { method: 'DELETE', path: `/${encodeURIComponent(uid)}`, allows: [404] });
  return 'removed';
}
