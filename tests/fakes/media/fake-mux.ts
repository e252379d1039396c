import { jwtVerify } from 'jose';
import {
  hmac,
  newName,
  PEM_IN_BASE64,
  PUBLIC_KEY,
  unixNow,
  type FakeProvider,
  type Signing,
  type Working,
} from './fake-provider.ts';
import {
  LADDER,
  playlistOf,
  startFakeServer,
  teller,
  type FakeAnswer,
  type FakeCall,
} from './fake-server.ts';

interface Upload {
  readonly id: string;
  readonly url: string;
  readonly timeout: number;
  readonly policies: readonly string[];
  readonly passthrough: string;
  status: 'waiting' | 'asset_created' | 'errored' | 'cancelled' | 'timed_out';
  assetId: string | null;
}

interface Asset {
  readonly id: string;
  readonly uploadId: string;
  readonly passthrough: string;
  readonly bytes: number;
  playbackIds: { readonly id: string; readonly policy: string }[];
  status: 'preparing' | 'ready' | 'errored';
}

const TOKEN_ID = 'synthetic-token';
const TOKEN_SECRET = 'mF4Kp9xQ2vT7nL1rZ6cW3yB8jH5gD0sA2uE';
export const MUX_WEBHOOK_SECRET = 'k8Vn2Qp5rT1yU6iO9aS3dF7gH4jL0zXc';
const KID = 'synthetic-mux-key';
const MISSING: FakeAnswer = { status: 404, json: { error: { type: 'not_found' } } };

export async function startFakeMux(): Promise<FakeProvider> {
  const uploads = new Map<string, Upload>();
  const assets = new Map<string, Asset>();
  const sign = (body: string, { secret = MUX_WEBHOOK_SECRET, time = unixNow() }: Signing = {}) => ({
    'mux-signature': `t=${time},v1=${hmac(secret, time, body)}`,
  });
  const tells = teller(sign);
  const told = (type: string, id: string, data: unknown): void => {
    const object = { type: type.includes('upload') ? 'upload' : 'asset', id };
    const environment = { id: 'synthetic', name: 'Tests' };
    const created = new Date().toISOString();
    const event = { type, id: newName(), created_at: created, object, environment, data, attempts: [] };
    tells.add({ type, body: JSON.stringify(event) });
  };
  const tellUpload = (type: string, upload: Upload): void => told(type, upload.id, shownUpload(upload));
  const tellAsset = (type: string, asset: Asset): void => told(type, asset.id, shownAsset(asset));

  const begin = async (call: FakeCall): Promise<FakeAnswer> => {
    const { timeout = 3_600, new_asset_settings: settings = {} } = await call.json();
    if (Number(timeout) < 60 || Number(timeout) > 604_800) return { status: 400, json: { error: 'timeout' } };
    const { playback_policies: policies = [], passthrough = '' } = settings as Record<string, unknown>;
    const id = newName();
    const upload: Upload = {
      ...{ id, timeout: Number(timeout), status: 'waiting', assetId: null },
      url: `${server.base}/put/${id}?signature=${newName()}`,
      policies: policies as readonly string[],
      passthrough: String(passthrough),
    };
    uploads.set(id, upload);
    tellUpload('video.upload.created', upload);
    return { status: 201, json: { data: shownUpload(upload) } };
  };

  const put = async (upload: Upload | undefined, call: FakeCall): Promise<FakeAnswer> => {
    if (upload?.status !== 'waiting' || !upload.url.endsWith(`${call.url.pathname}${call.url.search}`))
      return { status: 403, text: 'AccessDenied' };
    const { length } = await call.bytes();
    // Cancelled while it came: nothing becomes of it.
    if (uploads.get(upload.id)?.status !== 'waiting') return { status: 403, text: 'AccessDenied' };
    const asset: Asset = {
      ...{ id: newName(), uploadId: upload.id, passthrough: upload.passthrough, bytes: length },
      playbackIds: upload.policies.map((policy) => ({ id: newName(), policy })),
      status: 'preparing',
    };
    assets.set(asset.id, asset);
    Object.assign(upload, { status: 'asset_created', assetId: asset.id });
    tellUpload('video.upload.asset_created', upload);
    tellAsset('video.asset.created', asset);
    return { status: 200 };
  };

  const cancel = (upload: Upload | undefined): FakeAnswer => {
    if (!upload) return MISSING;
    if (upload.status !== 'waiting') return { status: 400, json: { error: { type: 'invalid_parameters' } } };
    upload.status = 'cancelled';
    tellUpload('video.upload.cancelled', upload);
    return { status: 200, json: { data: shownUpload(upload) } };
  };

  const removed = (asset: Asset | undefined): FakeAnswer => {
    if (!asset) return MISSING;
    assets.delete(asset.id);
    tellAsset('video.asset.deleted', asset);
    return { status: 204 };
  };

  const play = async (playbackId: string, token: string): Promise<FakeAnswer> => {
    const asset = [...assets.values()].find(({ playbackIds }) =>
      playbackIds.some(({ id }) => id === playbackId),
    );
    if (asset?.status !== 'ready') return { status: 404 };
    try {
      const options = { algorithms: ['RS256'], audience: 'v', subject: playbackId, requiredClaims: ['exp'] };
      const { payload, protectedHeader } = await jwtVerify(token, PUBLIC_KEY, options);
      if (protectedHeader.kid !== KID) return { status: 403 };
      const cap = Number.parseInt(String(payload['max_resolution'] ?? '2160p'), 10);
      return { status: 200, text: playlistOf(LADDER.filter((height) => height <= cap)) };
    } catch {
      return { status: 403 };
    }
  };

  const server = await startFakeServer(async (call) => {
    const [, first = '', second = '', third = '', id = '', verb] = call.url.pathname.split('/');
    if (first === 'put') return put(uploads.get(second), call);
    if (first.endsWith('.m3u8')) return play(first.slice(0, -5), call.url.searchParams.get('token') ?? '');
    const known = `Basic ${Buffer.from(`${TOKEN_ID}:${TOKEN_SECRET}`).toString('base64')}`;
    if (call.headers.authorization !== known) return { status: 401, json: { error: 'unauthorized' } };
    const asked = `${call.method} ${second} ${third} ${id === '' ? '' : 'one'} ${verb ?? ''}`.trim();
    const [upload, asset] = [uploads.get(id), assets.get(id)];
    switch (asked) {
      case 'POST v1 uploads':
        return begin(call);
      case 'GET v1 uploads one':
        return upload ? { status: 200, json: { data: shownUpload(upload) } } : MISSING;
      case 'PUT v1 uploads one cancel':
        return cancel(upload);
      case 'GET v1 assets one':
        return asset ? { status: 200, json: { data: shownAsset(asset) } } : MISSING;
      case 'DELETE v1 assets one':
        return removed(asset);
      default:
        return MISSING;
    }
  });

  const ended = (asset: Asset, comesTo: Working): void => {
    if (comesTo === 'unprotected') asset.playbackIds = [{ id: newName(), policy: 'public' }];
    asset.status = comesTo === 'errored' ? 'errored' : 'ready';
    tellAsset(`video.asset.${asset.status}`, asset);
  };

  return {
    name: 'mux',
    variables: {
      MEDIA: 'mux',
      MUX_TOKEN_ID: TOKEN_ID,
      MUX_TOKEN_SECRET: TOKEN_SECRET,
      MUX_WEBHOOK_SECRET: MUX_WEBHOOK_SECRET,
      MUX_SIGNING_KEY_ID: KID,
      MUX_SIGNING_PRIVATE_KEY: PEM_IN_BASE64,
      MUX_API_BASE: server.base,
      MUX_STREAM_BASE: server.base,
    },
    ...server,
    ...tells,
    sign,
    get held() {
      const places = [...uploads.values()].filter(({ status }) => status === 'waiting');
      return [
        ...places.map(({ id, status, passthrough }) => ({
          ...{ reference: id, state: status, bytes: null, mark: passthrough },
        })),
        ...[...assets.values()].map(({ uploadId, status, bytes, passthrough }) => ({
          ...{ reference: uploadId, state: status, bytes, mark: passthrough },
        })),
      ];
    },
    work: (comesTo = 'ready') => {
      for (const asset of assets.values()) if (asset.status === 'preparing') ended(asset, comesTo);
    },
    expire: () => {
      // Mux sends nothing when a place runs out.
      for (const upload of uploads.values()) if (upload.status === 'waiting') upload.status = 'timed_out';
    },
    deleteAll: () => {
      for (const asset of [...assets.values()]) removed(asset);
    },
  };
}

const shownUpload = ({ id, url, timeout, status, assetId, passthrough }: Upload) => ({
  ...{ id, timeout, status },
  ...(status === 'waiting' ? { url } : {}),
  ...(assetId === null ? {} : { asset_id: assetId }),
  new_asset_settings: { passthrough },
});

const shownAsset = ({ id, uploadId, passthrough, playbackIds, status }: Asset) => ({
  ...{ id, status, passthrough, upload_id: uploadId, playback_ids: playbackIds },
  ...(status === 'ready' ? { duration: 6.006, aspect_ratio: '16:9' } : {}),
  ...(status === 'errored' ? { errors: { type: 'invalid_input', messages: ['synthetic'] } } : {}),
});
