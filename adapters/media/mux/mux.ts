import { z } from 'zod';
import type {
  BegunUpload,
  MediaProvider,
  RemoteFact,
  RemoteRef,
  UploadOrder,
} from '../../../src/catalog/index.ts';
import { after, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import { SIGNATURE_TOLERANCE_SECONDS, verifySigned } from '../../security/signed-webhooks.ts';
import {
  askApi,
  securedPlace,
  unlessDown,
  type ApiAccess,
  type ProviderDeps,
} from '../remote/provider-api.ts';
import { relayed, send } from '../remote/relay.ts';
import { jsonIn } from '../remote/webhook-body.ts';
import { factOfAsset, factOfUpload, MuxAsset, MuxUpload, newsIn } from './facts.ts';

export interface MuxSettings {
  readonly tokenId: string;
  readonly tokenSecret: string;
  /** Of the webhook endpoint: the current one first, the previous one while rotating. */
  readonly webhookSecrets: readonly string[];
  /** `https://api.mux.com`, or the fake of the tests. */
  readonly apiBase: string;
  /** Who may send files from a browser. */
  readonly corsOrigin: string;
  /** Milliseconds for one question. */
  readonly timeoutMs: number;
  /** Milliseconds without a byte after which a file that is sent on is given up. */
  readonly idleMs: number;
}

export const MUX_SIGNATURE = 'mux-signature';
const MAX_SECONDS = 604_800;

const Begun = z.object({ data: z.object({ id: z.string(), url: z.string() }) });

/** Mux Video behind our port. An upload and what became of it have two names there. */
export function muxProvider(settings: MuxSettings, deps: ProviderDeps): MediaProvider {
  const { systemClock, onFault } = deps;
  const told =
    (operation: string) =>
    (fault: unknown): void =>
      onFault(fault, operation);
  const access: ApiAccess = {
    base: settings.apiBase,
    authorization: `Basic ${Buffer.from(`${settings.tokenId}:${settings.tokenSecret}`).toString('base64')}`,
    timeoutMs: settings.timeoutMs,
  };
  return {
    name: 'mux',
    kinds: ['video', 'music'],
    begin: (order) =>
      unlessDown(begin(access, settings, { order, now: systemClock.now() }), told('begin an upload')),
    relay: ({ place }, arrival) =>
      relayed(
        arrival,
        async (body) => {
          const { url, method, headers } = place;
          await send({ url, method, headers, body, bytes: arrival.expectedBytes, idleMs: settings.idleMs });
        },
        told('send a file on'),
      ),
    read: ({ raw, headers }) => {
      const check = { now: systemClock.now(), toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS };
      const isGood = verifySigned(raw, headers[MUX_SIGNATURE], {
        ...check,
        secrets: settings.webhookSecrets,
      });
      return isGood ? newsIn(jsonIn(raw)) : { refused: 'signature' };
    },
    ask: (ref) => unlessDown(factOf(access, ref), told('ask about an upload')),
    remove: (ref) => unlessDown(remove(access, ref), told('remove a file')),
  };
}

interface Begin {
  readonly order: UploadOrder;
  readonly now: Instant;
}

async function begin(
  access: ApiAccess,
  { corsOrigin }: MuxSettings,
  { order, now }: Begin,
): Promise<BegunUpload> {
  const seconds = Math.min(order.forSeconds, MAX_SECONDS);
  const expiresAt = after(now, seconds * SECOND);
  const answer = await askApi(access, {
    method: 'POST',
    path: '/video/v1/uploads',
    json: {
      cors_origin: corsOrigin,
      timeout: seconds,
      // Plans sell up to 2160p; without the tier Mux makes nothing above 1080p.
      new_asset_settings: {
        playback_policies: ['signed'],
        max_resolution_tier: '2160p',
        passthrough: order.assetId,
      },
    },
  });
  const { id, url } = Begun.parse(answer.body).data;
  return {
    ref: { provider: 'mux', reference: id, mediaId: null },
    place: { url: securedPlace(url, access), protocol: 'put', method: 'PUT', headers: {}, expiresAt },
  };
}

const uploadPath = (id: string): string => `/video/v1/uploads/${encodeURIComponent(id)}`;
const assetPath = (id: string): string => `/video/v1/assets/${encodeURIComponent(id)}`;

async function uploadOf(access: ApiAccess, id: string): Promise<MuxUpload | undefined> {
  const answer = await askApi(access, { method: 'GET', path: uploadPath(id), allows: [404] });
  return answer.status === 404 ? undefined : z.object({ data: MuxUpload }).parse(answer.body).data;
}

async function factOf(access: ApiAccess, { reference, mediaId }: RemoteRef): Promise<RemoteFact> {
  let assetId = mediaId;
  if (assetId === null) {
    const upload = await uploadOf(access, reference);
    if (!upload) return { kind: 'gone' };
    const fact = factOfUpload(upload);
    if (fact) return fact;
    assetId = upload.asset_id ?? null;
  }
  if (assetId === null) return { kind: 'waiting' };
  const answer = await askApi(access, { method: 'GET', path: assetPath(assetId), allows: [404] });
  if (answer.status === 404) return { kind: 'gone' };
  return factOfAsset(z.object({ data: MuxAsset }).parse(answer.body).data);
}

/** The asset where there is one, else the place that waits for a file: and that may have got one meanwhile. */
async function remove(access: ApiAccess, { reference, mediaId }: RemoteRef): Promise<'removed'> {
  if (mediaId !== null) return removeAsset(access, mediaId);
  const upload = await uploadOf(access, reference);
  if (upload?.asset_id) return removeAsset(access, upload.asset_id);
  if (upload?.status !== 'waiting') return 'removed';
  const { status } = await askApi(access, {
    method: 'PUT',
    path: `${uploadPath(reference)}/cancel`,
    allows: [400, 403, 404, 409],
  });
  if (status < 300) return 'removed';
  const late = await uploadOf(access, reference);
  if (late?.asset_id) return removeAsset(access, late.asset_id);
  if (late?.status === 'waiting') throw new Error('an upload that waits could not be cancelled');
  return 'removed';
}

async function removeAsset(access: ApiAccess, id: string): Promise<'removed'> {
  await askApi(access, { method: 'DELETE', path: assetPath(id), allows: [404] });
  return 'removed';
}
