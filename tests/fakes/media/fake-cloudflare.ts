import { jwtVerify } from 'jose';
import {
  hmac,
  JWK_IN_BASE64,
  newName,
  PUBLIC_KEY,
  unixNow,
  type FakeProvider,
  type Signing,
} from './fake-provider.ts';
import {
  LADDER,
  playlistOf,
  startFakeServer,
  teller,
  type FakeAnswer,
  type FakeCall,
} from './fake-server.ts';

interface Video {
  readonly uid: string;
  readonly way: 'form' | 'tus';
  readonly name: string;
  readonly length: number | null;
  requireSignedURLs: boolean;
  state: 'pendingupload' | 'queued' | 'inprogress' | 'ready' | 'error';
  received: number;
  pctComplete: number;
}

const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
const TOKEN = 'Sy3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY';
export const CLOUDFLARE_WEBHOOK_SECRET = '85011ed3a913c6ad5f9cf6c5573cc0a7';
const KID = 'synthetic-cloudflare-key';
const API = `/client/v4/accounts/${ACCOUNT}/stream`;
const DAY = 86_400;
const FORM_LIMIT = 200_000_000;

const refused = (status: number, message: string): FakeAnswer => ({
  status,
  json: { success: false, errors: [{ code: 10_000 + status, message }], messages: [], result: null },
});
const good = (result: unknown): FakeAnswer => ({
  status: 200,
  json: { success: true, errors: [], messages: [], result },
});

export async function startFakeCloudflare(): Promise<FakeProvider> {
  const videos = new Map<string, Video>();
  const sign = (body: string, { secret = CLOUDFLARE_WEBHOOK_SECRET, time = unixNow() }: Signing = {}) => ({
    'webhook-signature': `time=${time},sig1=${hmac(secret, time, body)}`,
  });
  const tells = teller(sign);
  const told = (video: Video): void => tells.add({ type: video.state, body: JSON.stringify(shown(video)) });
  const made = (video: Pick<Video, 'way' | 'name' | 'length' | 'requireSignedURLs'>): Video => {
    const whole: Video = { ...video, uid: newName(), state: 'pendingupload', received: 0, pctComplete: 0 };
    videos.set(whole.uid, whole);
    return whole;
  };

  const beginForm = async (call: FakeCall): Promise<FakeAnswer> => {
    const asked = await call.json();
    const fault = placeFault(Number(asked['maxDurationSeconds']), String(asked['expiry']));
    if (fault) return refused(400, fault);
    const { name } = asked['meta'] as { name: string };
    const video = made({
      way: 'form',
      name,
      length: null,
      requireSignedURLs: asked['requireSignedURLs'] === true,
    });
    return good({ uid: video.uid, uploadURL: `${server.base}/form/${video.uid}` });
  };

  const beginTus = (call: FakeCall): FakeAnswer => {
    const metadata = metadataOf(String(call.headers['upload-metadata']));
    const length = Number(call.headers['upload-length']);
    const fault = placeFault(Number(metadata.get('maxDurationSeconds')), metadata.get('expiry') ?? '');
    if (fault || call.headers['tus-resumable'] !== '1.0.0' || !Number.isSafeInteger(length))
      return refused(400, fault ?? 'tus');
    const name = metadata.get('name') ?? '';
    const { uid } = made({ way: 'tus', name, length, requireSignedURLs: metadata.has('requiresignedurls') });
    return { status: 201, headers: { location: `${server.base}/tus/${uid}`, 'stream-media-id': uid } };
  };

  const takeForm = async (video: Video | undefined, call: FakeCall): Promise<FakeAnswer> => {
    if (video?.state !== 'pendingupload' || video.way !== 'form') return refused(404, 'no such upload');
    const file = fileIn(await call.bytes(), String(call.headers['content-type']));
    if (!file || file.length > FORM_LIMIT) return refused(file ? 413 : 400, 'not a form with one file');
    if (!videos.has(video.uid)) return refused(404, 'deleted meanwhile');
    Object.assign(video, { received: file.length, state: 'queued' });
    return { status: 200 };
  };

  const takePiece = async (video: Video | undefined, call: FakeCall): Promise<FakeAnswer> => {
    if (video?.state !== 'pendingupload' || video.way !== 'tus') return refused(404, 'no such upload');
    if (Number(call.headers['upload-offset']) !== video.received) return refused(409, 'offset');
    const piece = await call.bytes();
    const isLast = video.received + piece.length === video.length;
    const isFit = piece.length >= 5 * 1024 ** 2 && piece.length % (256 * 1024) === 0;
    if (!isLast && !isFit) return refused(400, 'pieces are at least 5 MiB, and multiples of 256 KiB');
    video.received += piece.length;
    if (isLast) video.state = 'queued';
    return { status: 204, headers: { 'upload-offset': String(video.received) } };
  };

  const play = async (token: string): Promise<FakeAnswer> => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, PUBLIC_KEY, { algorithms: ['RS256'] });
      const { sub = '', exp = 0, kid } = payload;
      const isGood = protectedHeader.kid === KID && kid === KID && exp <= unixNow() + DAY;
      if (!isGood || videos.get(sub)?.state !== 'ready') return { status: 401 };
      return { status: 200, text: playlistOf(LADDER) };
    } catch {
      return { status: 401 };
    }
  };

  const server = await startFakeServer(async (call) => {
    const { pathname, searchParams } = call.url;
    const [, first = '', second = ''] = pathname.split('/');
    if (first === 'form') return takeForm(videos.get(second), call);
    if (first === 'tus') return takePiece(videos.get(second), call);
    if (pathname.endsWith('/manifest/video.m3u8')) return play(first);
    if (call.headers.authorization !== `Bearer ${TOKEN}`) return refused(403, 'Authentication error');
    if (!pathname.startsWith(API)) return refused(404, 'no such account');
    const name = pathname.slice(API.length + 1);
    if (call.method === 'POST' && name === 'direct_upload') return beginForm(call);
    if (call.method === 'POST' && name === '' && searchParams.has('direct_user')) return beginTus(call);
    const video = videos.get(name);
    if (!video) return refused(404, 'video not found');
    if (call.method === 'DELETE') videos.delete(name);
    return call.method === 'DELETE' ? { status: 200 } : good(shown(video));
  });

  return {
    name: 'cloudflare',
    variables: {
      MEDIA: 'cloudflare',
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_WEBHOOK_SECRET: CLOUDFLARE_WEBHOOK_SECRET,
      CLOUDFLARE_CUSTOMER_CODE: 'f33zs165nr7gyfy4',
      CLOUDFLARE_SIGNING_KEY_ID: KID,
      CLOUDFLARE_SIGNING_KEY: JWK_IN_BASE64,
      CLOUDFLARE_API_BASE: `${server.base}/client/v4`,
      CLOUDFLARE_STREAM_BASE: server.base,
    },
    ...server,
    ...tells,
    sign,
    get held() {
      return [...videos.values()].map(({ uid, state, received, name }) => ({
        ...{ reference: uid, state, mark: name },
        bytes: state === 'pendingupload' ? null : received,
      }));
    },
    work: (comesTo = 'ready') => {
      for (const video of videos.values()) {
        if (video.state !== 'queued') continue;
        if (comesTo === 'unprotected') video.requireSignedURLs = false;
        video.state = comesTo === 'errored' ? 'error' : 'ready';
        video.pctComplete = 39;
        told(video);
        // Playable with its first rendition; told again when all of them are there.
        video.pctComplete = 100;
        if (comesTo === 'ready') told(video);
      }
    },
    expire: () => {
      for (const [uid, { state }] of [...videos]) if (state === 'pendingupload') videos.delete(uid);
    },
    // Cloudflare sends nothing when a video is deleted.
    deleteAll: () => videos.clear(),
  };
}

function placeFault(maxDurationSeconds: number, expiry: string): string | undefined {
  if (!(maxDurationSeconds > 1 && maxDurationSeconds < 21_600)) return 'maxDurationSeconds';
  const wait = Date.parse(expiry) / 1_000 - unixNow();
  return wait > 120 && wait <= 6 * 3_600 ? undefined : 'expiry';
}

const metadataOf = (header: string): ReadonlyMap<string, string> =>
  new Map(
    header.split(',').map((pair) => {
      const [key = '', value = ''] = pair.trim().split(' ');
      return [key, Buffer.from(value, 'base64').toString()];
    }),
  );

/** The field `file` of a whole multipart form; undefined when there is none, or when the form was cut off. */
function fileIn(form: Buffer, contentType: string): Buffer | undefined {
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(contentType)?.[1] ?? '';
  const head = form.indexOf('\r\n\r\n');
  const tail = form.lastIndexOf(`\r\n--${boundary}--\r\n`);
  const isFile = form.subarray(0, head).toString('latin1').includes('name="file"');
  return boundary !== '' && isFile && tail > head ? form.subarray(head + 4, tail) : undefined;
}

const shown = ({ uid, state, requireSignedURLs, pctComplete, name }: Video) => ({
  ...{ uid, requireSignedURLs, creator: null, meta: { name } },
  readyToStream: state === 'ready',
  status: {
    state,
    pctComplete: `${pctComplete}.000000`,
    errorReasonCode: state === 'error' ? 'ERR_NON_VIDEO' : '',
  },
  duration: state === 'ready' ? 6.006 : -1,
});
