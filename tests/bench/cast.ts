import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const SAMPLE = new URL('../../adapters/media/samples/test-pattern.mp4', import.meta.url);

export interface Subscriber {
  readonly authorization: string;
  readonly streamId: string;
  /** Where the media of the stream is played from. */
  readonly manifestUrl: string;
  seq: number;
}

export interface Stage {
  readonly titleId: string;
  readonly dayPlanId: string;
  readonly subscribers: readonly Subscriber[];
}

/** How often it is asked whether the media is ready, and how many times: packaging takes seconds. */
const ASK_EVERY_MS = 250;
const ASKED_AT_MOST = 480;

/** One call of the API; whatever is not 2xx ends the bench. */
export async function call<R>(
  base: string,
  method: string,
  path: string,
  options: { token?: string; body?: unknown } = {},
): Promise<R> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as R;
}

const PLAN = {
  description: '',
  currency: 'USD',
  access_level: 'premium',
  max_devices_allowed: 4,
  resolution: '4K',
  entitlements: [{ feature: 'api_calls', kind: 'meter', limit: 1_000_000_000, per: 'month' }],
};

/** Sets the stage over REST, as an operator and their customers would. */
export async function setStage(
  base: string,
  admin: { email: string; password: string },
  accounts: number,
): Promise<Stage> {
  const { access: token } = await call<{ access: string }>(base, 'POST', '/accounts/login', { body: admin });
  const plan = (code: string, days: number): Promise<{ id: string }> =>
    call(base, 'POST', '/subscriptions/plans', {
      token,
      body: { ...PLAN, code, name: code, price: '9.99', validity_days: days },
    });
  for (const days of [90, 180, 365]) await plan(`bench-${days}`, days);
  const { id: dayPlanId } = await plan('bench-day', 1);
  const { id: titleId } = await call<{ id: string }>(base, 'POST', '/videos', {
    token,
    body: { title: 'Bench', access_level: 'premium', visibility: 'public', duration_seconds: 7_200 },
  });
  const upload = await fetch(`${base}/api/v1/videos/${titleId}/media`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'video/mp4' },
    body: await readFile(SAMPLE),
  });
  if (upload.status !== 202) throw new Error(`upload: ${upload.status} ${await upload.text()}`);
  await mediaReady(base, titleId, token);
  await call(base, 'POST', `/videos/${titleId}/publish`, { token, body: {} });
  const subscribers: Subscriber[] = [];
  const subscribe = async (index: number): Promise<void> => {
    const person = { email: `bench-${index}@example.com`, password: `correct horse ${index} battery` };
    await call(base, 'POST', '/accounts/register', { body: person });
    const { access } = await call<{ access: string }>(base, 'POST', '/accounts/login', { body: person });
    await call(base, 'POST', '/payments', { token: access, body: { plan_id: dayPlanId } });
    const started = await call<{ id: string; manifest_url: string }>(base, 'POST', '/playback/sessions', {
      token: access,
      body: { title_id: titleId, device_id: `device-${index}` },
    });
    const stream = { streamId: started.id, manifestUrl: started.manifest_url };
    subscribers.push({ authorization: `Bearer ${access}`, ...stream, seq: 0 });
  };
  for (let first = 0; first < accounts; first += 8) {
    await Promise.all(
      Array.from({ length: Math.min(8, accounts - first) }, (_, offset) => subscribe(first + offset)),
    );
  }
  return { titleId, dayPlanId, subscribers };
}

async function mediaReady(base: string, titleId: string, token: string): Promise<void> {
  for (let asked = 0; asked < ASKED_AT_MOST; asked += 1) {
    const { asset } = await call<{ asset: { status: string } }>(base, 'GET', `/videos/${titleId}/media`, {
      token,
    });
    if (asset.status === 'ready') return;
    await wait(ASK_EVERY_MS);
  }
  throw new Error('the media was not ready in time');
}

/** Reports once for everybody: a bench may take longer than a lease. */
export async function beatAll(base: string, subscribers: readonly Subscriber[]): Promise<void> {
  await Promise.all(
    subscribers.map((subscriber) => {
      subscriber.seq += 1;
      return call(base, 'POST', `/playback/sessions/${subscriber.streamId}/heartbeat`, {
        token: subscriber.authorization.replace('Bearer ', ''),
        body: { seq: subscriber.seq, position_seconds: 0, state: 'playing' },
      });
    }),
  );
}
