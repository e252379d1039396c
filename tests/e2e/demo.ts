import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * `npm run demo`, beside a running `npm start`: the product's main job over REST, told as it happens.
 * USHER_URL names another server; DATA_DIR (or DATABASE_URL) must be the server's, to make an admin.
 */
const USHER = process.env['USHER_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? 3000}`;
const SAMPLES = new URL('../../adapters/media/samples/', import.meta.url);
const CLIP = new URL('test-pattern.mp4', SAMPLES);
const POSTER = new URL('poster.png', SAMPLES);
const MARK = randomBytes(4).toString('hex');

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Call {
  readonly token?: string;
  readonly body?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** Of the bytes. */
  readonly type?: string;
  readonly expect: number;
}

const tell = (line: string): void => console.log(line);

async function call(
  method: string,
  path: string,
  { token, body, bytes, type = 'application/json', expect }: Call,
): Promise<Answer> {
  const payload = bytes ?? (body === undefined ? null : JSON.stringify(body));
  const response = await reach(`${USHER}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === null ? {} : { 'content-type': type }),
    },
    body: payload,
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
  if (response.status !== expect)
    throw new Error(`${method} ${path}: expected ${expect}, got ${response.status} ${text}`);
  return answer;
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch {
    throw new Error(
      `There is no Usher at ${USHER}: start it first (npm start), or name it with USHER_URL or PORT.`,
    );
  }
}

const text = (answer: Answer, field: string): string => String(answer.body[field]);

/** The first admin comes from the command line: there is no default account. */
function createAdmin(email: string, password: string): void {
  const made = spawnSync(process.execPath, ['adapters/main.ts', 'admin', 'create', email], {
    env: { ...process.env, ADMIN_PASSWORD: password },
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`the admin command failed:\n${made.stderr}`);
}

async function logIn(email: string, password: string): Promise<string> {
  return text(await call('POST', '/accounts/login', { body: { email, password }, expect: 200 }), 'access');
}

interface Published {
  readonly titleId: string;
  readonly planId: string;
  /** The operator's. */
  readonly token: string;
}

async function publishClip(clip: Uint8Array<ArrayBuffer>): Promise<Published> {
  const admin = { email: `operator-${MARK}@example.com`, password: `operator ${MARK} of the house` };
  // Whoever does not answer there is not asked for an admin here.
  await call('GET', '/subscriptions/plans', { expect: 200 });
  createAdmin(admin.email, admin.password);
  const token = await logIn(admin.email, admin.password).catch(() => {
    throw new Error(
      `The Usher at ${USHER} keeps its data elsewhere: run the demo with its DATA_DIR, or its DATABASE_URL.`,
    );
  });
  const plan = {
    code: `demo-${MARK}`,
    name: 'Demo',
    description: 'Two devices at a time.',
    price: '9.99',
    currency: 'USD',
    validity_days: 30,
    access_level: 'premium',
    max_devices_allowed: 2,
    resolution: '1080p',
  };
  const planId = text(await call('POST', '/subscriptions/plans', { token, body: plan, expect: 201 }), 'id');
  const title = {
    title: `Test pattern ${MARK}`,
    access_level: 'premium',
    visibility: 'public',
    duration_seconds: 6,
  };
  const titleId = text(await call('POST', '/videos', { token, body: title, expect: 201 }), 'id');
  await call('PUT', `/videos/${titleId}/media`, { token, bytes: clip, type: 'video/mp4', expect: 202 });
  const poster = new Uint8Array(await readFile(POSTER));
  await call('PUT', `/videos/${titleId}/poster`, { token, bytes: poster, type: 'image/png', expect: 202 });
  const renditions = await packaged(token, titleId);
  await call('POST', `/videos/${titleId}/publish`, { token, body: {}, expect: 200 });
  tell(
    `An operator offered the plan "Demo" and published a clip of ${clip.byteLength} bytes (${renditions}).`,
  );
  return { titleId, planId, token };
}

/** Waits until the clip can be played, and tells in what. */
async function packaged(token: string, titleId: string): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const { body } = await call('GET', `/videos/${titleId}/media`, { token, expect: 200 });
    const { status, failure, renditions } = body['asset'] as {
      status: string;
      failure: string | null;
      renditions: { name: string }[];
    };
    if (status === 'failed') throw new Error(`the clip could not be packaged: ${failure}`);
    if (status === 'ready') return renditions.map(({ name }) => `HLS in ${name}`).join() || 'as it is';
    await pause(200);
  }
  throw new Error('the clip was not packaged within a minute');
}

/** Plays what a signed URL leads to: all segments of an HLS stream in turn, or the file. */
async function play(manifest: URL): Promise<{ readonly how: string; readonly bytes: Uint8Array }> {
  const read = async (url: URL): Promise<Uint8Array> => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    return response.bytes();
  };
  const lines = async (url: URL): Promise<string[]> =>
    new TextDecoder()
      .decode(await read(url))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  if (!manifest.pathname.endsWith('.m3u8')) return { how: 'as it was uploaded', bytes: await read(manifest) };
  const [rendition = ''] = await lines(manifest);
  const playlist = new URL(rendition, manifest);
  const segments: Uint8Array[] = [];
  for (const segment of await lines(playlist)) segments.push(await read(new URL(segment, playlist)));
  return {
    how: `HLS, ${segments.length} segment of ${rendition.split('/')[0]}`,
    bytes: Buffer.concat(segments),
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Has the clip back through the signed, expiring URL that its operator is shown, and compares the two. */
async function getBack(clip: Uint8Array, { titleId, token }: Published): Promise<void> {
  const { body } = await call('GET', `/videos/${titleId}/media`, { token, expect: 200 });
  const { source_url: url } = body['serving'] as { source_url: string };
  const response = await fetch(new URL(url, USHER));
  if (!response.ok) throw new Error(`the uploaded clip: ${response.status}`);
  const [uploaded, downloaded] = [sha256(clip), sha256(await response.bytes())];
  tell(`SHA-256 uploaded:   ${uploaded}`);
  tell(`SHA-256 downloaded: ${downloaded}`);
  if (uploaded !== downloaded) throw new Error('what came back is not what was uploaded');
}

async function demo(): Promise<void> {
  const clip = new Uint8Array(await readFile(CLIP));
  const published = await publishClip(clip);
  const { titleId, planId } = published;

  const viewer = { email: `viewer-${MARK}@example.com`, password: `viewer ${MARK} in row five` };
  await call('POST', '/accounts/register', { body: viewer, expect: 201 });
  const token = await logIn(viewer.email, viewer.password);
  tell(`${viewer.email} registered and logged in.`);

  const start = (device: string, expect: number, terminate: string[] = []): Promise<Answer> =>
    call('POST', '/playback/sessions', {
      token,
      body: { title_id: titleId, device_id: `${device}-${MARK}`, device_name: device, terminate },
      expect,
    });
  const locked = await start('Living room', 403);
  tell(`Without a plan the stream is refused: 403 ${text(locked, 'code')} (${text(locked, 'reason')}).`);

  const payment = await call('POST', '/payments', { token, body: { plan_id: planId }, expect: 201 });
  tell(
    `Paid ${text(payment, 'amount')} ${text(payment, 'currency')}: covered until ${text(payment, 'subscription_end_at')}.`,
  );

  const first = await start('Living room', 201);
  const manifest = new URL(text(first, 'manifest_url'), USHER);
  const { how, bytes } = await play(manifest);
  tell(`Streaming on "Living room" through a signed URL: ${how}, ${bytes.byteLength} bytes.`);

  await start('Phone', 201);
  tell('A second device plays too.');
  const refused = await start('Tablet', 409);
  const active = refused.body['active'] as { device_name: string; title: string; termination_code: string }[];
  tell(`A third is refused: 409 ${text(refused, 'code')}, limit ${text(refused, 'limit')}. Playing now:`);
  for (const stream of active) tell(`  - ${stream.device_name}: ${stream.title}`);

  const phone = active.find(({ device_name: name }) => name === 'Phone');
  await start('Tablet', 201, [phone?.termination_code ?? '']);
  tell('After ending "Phone" with its termination code, "Tablet" plays.');

  await call('DELETE', `/playback/sessions/${text(first, 'id')}`, { token, expect: 204 });
  const cut = await fetch(manifest);
  const { code } = (await cut.json()) as { code: string };
  tell(`"Living room" stops, and its URL is worth nothing any more: ${cut.status} ${code}.`);
  if (cut.status !== 410) throw new Error('the URL of a stopped stream still plays');

  await getBack(clip, published);
  tell(`See for yourself: ${USHER}/watch/${titleId}`);
  tell(`Sign in as ${viewer.email} with the password "${viewer.password}".`);
}

try {
  await demo();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
