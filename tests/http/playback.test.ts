import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Faces } from '../../adapters/http/faces.ts';
import { activityRoutes } from '../../adapters/http/routes/activities.ts';
import { ticketedMedia } from '../../adapters/http/routes/media.ts';
import { playbackRoutes } from '../../adapters/http/routes/playback.ts';
import type { PlayableTitle } from '../../src/playback/index.ts';
import { film, NOON, person, playbackOn, type PlaybackWorld } from '../world/playback.ts';
import { openers, type OpenStores } from '../world/stores.ts';
import { ask, bearer, json, startEdge, stopAll, token, type Answer } from './edge/planted.ts';

const BYTES = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 251));

/** The catalogue's part in sending media: a file of a thousand bytes under most keys, none under `gone`. */
const openMedia: Faces['catalog']['openMedia'] = async (storageKey) => {
  if (storageKey === 'gone') return undefined;
  const isSlow = storageKey === 'slow';
  return {
    bytes: BYTES.length,
    modifiedAt: NOON,
    open: async function* ({ start, end }) {
      const step = isSlow ? 10 : end - start;
      for (let at = start; at < end; at += step) {
        yield BYTES.subarray(at, Math.min(end, at + step));
        if (isSlow) await pause(10);
      }
    },
  };
};

describe('playback over HTTP', () => {
  const viewer = person();
  const signedIn = bearer(token({ claims: { sub: viewer.accountId } }));
  const stranger = bearer(token());
  let stores: OpenStores;
  let world: PlaybackWorld;
  let origin: string;
  let title: PlayableTitle;

  beforeEach(async () => {
    stores = await openers.memory();
    world = playbackOn(stores.unitOfWork);
    title = world.show(film());
    // These routes ask nothing of the other faces.
    const faces = { playback: world.playback, catalog: { openMedia } } as unknown as Faces;
    const routes = [...playbackRoutes, ...activityRoutes];
    origin = (await startEdge({ deps: { faces, routes, rawRoutes: ticketedMedia(20) } })).url;
  });
  afterEach(async () => {
    await stopAll();
    await stores.close();
  });

  const get = (path: string, headers = signedIn): Promise<Answer> =>
    ask(`${origin}/api/v1${path}`, { headers });
  const post = (path: string, body: unknown, headers: Record<string, string> = signedIn): Promise<Answer> =>
    ask(`${origin}/api/v1${path}`, json(body, headers));
  const remove = (path: string, headers: Record<string, string> = signedIn): Promise<Answer> =>
    ask(`${origin}/api/v1${path}`, { method: 'DELETE', headers });
  const start = (device: string, more: object = {}): Promise<Answer> =>
    post('/playback/sessions', { title_id: title.id, device_id: device, ...more });
  const seen = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];
  const beat = { seq: 1, position_seconds: 120.5, state: 'playing' };

  it('starts, reports and stops a stream', async () => {
    const { status, body } = await start('tv', { device_name: 'Television' });
    expect(status).to.equal(201);
    expect(body).to.include({
      status: 'starting',
      title_id: title.id,
      max_height: 1080,
      resume_position_seconds: 0,
    });
    expect(body['lease']).to.deep.equal({ expires_at: '2026-01-31T12:01:30.000Z', heartbeat_seconds: 30 });
    expect(body).to.not.have.property('session_token');
    const path = `/playback/sessions/${String(body['id'])}`;
    world.pass(30);
    const reported = await post(`${path}/heartbeat`, beat);
    expect(reported.body).to.deep.equal({
      lease: { expires_at: '2026-01-31T12:02:00.000Z', heartbeat_seconds: 30 },
      status: 'playing',
      position_seconds: 120.5,
    });
    const live = (await get('/playback/sessions')).body['items'] as Record<string, unknown>[];
    expect(live).to.have.length(1);
    expect(live[0]).to.include({ device_name: 'Television', title: 'Metropolis', position_seconds: 120.5 });
    expect((await remove(`${path}?position_seconds=150`)).status).to.equal(204);
    expect((await remove(path)).status).to.equal(204);
    expect(seen(await post(`${path}/heartbeat`, { ...beat, seq: 2 }))).to.deep.equal([
      410,
      'playback.session-stopped',
    ]);
    expect((await start('tv')).body['resume_position_seconds']).to.equal(150);
  });

  it('refuses a further device with the active ones, and admits it after terminate', async () => {
    for (const device of ['tv', 'phone']) await start(device);
    const refused = await start('tablet');
    expect(seen(refused)).to.deep.equal([409, 'playback.stream-limit-reached']);
    expect(refused.body['limit']).to.equal(2);
    const active = refused.body['active'] as { readonly termination_code: string }[];
    expect(active).to.have.length(2);
    const admitted = await start('tablet', { terminate: [active[0]?.termination_code] });
    expect(admitted.status).to.equal(201);
  });

  it('knows viewers without an account by their token', async () => {
    const free = world.show(film({ accessLevel: 'free' }));
    const body = { title_id: free.id, device_id: 'browser' };
    expect(seen(await post('/playback/sessions', { ...body, title_id: title.id }, {}))).to.deep.equal([
      401,
      'playback.sign-in-required',
    ]);
    const started = await post('/playback/sessions', body, {});
    expect(started.body).to.include({ max_height: 480, lease: null });
    const path = `/playback/sessions/${String(started.body['id'])}`;
    const secret = { 'x-playback-token': String(started.body['session_token']) };
    expect((await post(`${path}/heartbeat`, beat, secret)).status).to.equal(200);
    expect(seen(await post(`${path}/heartbeat`, beat, { 'x-playback-token': 'x' }))).to.deep.equal([
      404,
      'request.not-found',
    ]);
    expect((await post(`${path}/heartbeat`, beat, {})).status).to.equal(401);
    expect((await remove(path, secret)).status).to.equal(204);
  });

  it('answers for somebody else’s stream as for none', async () => {
    const id = String((await start('tv')).body['id']);
    const answers = [id, film().id, 'nonsense'].flatMap((each) => [
      post(`/playback/sessions/${each}/heartbeat`, beat, stranger),
      remove(`/playback/sessions/${each}`, stranger),
    ]);
    const bodies = (await Promise.all(answers)).map(({ status, body }) => [
      status,
      body['code'],
      body['detail'],
    ]);
    for (const body of bodies) expect(body).to.deep.equal(bodies[0]);
    expect(bodies[0]?.[0]).to.equal(404);
  });

  const malformed: readonly (readonly [string, object])[] = [
    ['a negative position', { ...beat, position_seconds: -1 }],
    ['a position that is text', { ...beat, position_seconds: '5' }],
    ['half a seq', { ...beat, seq: 1.5 }],
    ['an unknown state', { ...beat, state: 'dreaming' }],
    ['nothing', {}],
  ];
  for (const [what, body] of malformed)
    it(`refuses a heartbeat with ${what}`, async () => {
      const id = String((await start('tv')).body['id']);
      expect(seen(await post(`/playback/sessions/${id}/heartbeat`, body))).to.deep.equal([
        400,
        'request.invalid',
      ]);
    });

  it('refuses to stop at a position that is none', async () => {
    const id = String((await start('tv')).body['id']);
    for (const position of ['', '-1', 'x', '1e9', 'Infinity'])
      expect((await remove(`/playback/sessions/${id}?position_seconds=${position}`)).status).to.equal(400);
  });

  it('keeps history and shelves', async () => {
    const logged = await post('/activities/watch', {
      video_id: title.id,
      event: 'paused',
      position_seconds: 900,
    });
    const item = {
      title_id: title.id,
      video_id: title.id,
      title: 'Metropolis',
      state: 'paused',
      position_seconds: 900,
      duration_seconds: 3_600,
      percent: 25,
      last_watched_at: '2026-01-31T12:00:00.000Z',
      locked: false,
    };
    expect([logged.status, logged.body]).to.deep.equal([201, item]);
    const lists = ['/activities/my', '/activities/my?month=2026-01', '/activities/continue-watching'];
    for (const path of [...lists, '/activities/recently-watched'])
      expect((await get(path)).body, path).to.deep.equal({ items: [item], next_cursor: null });
    expect((await get('/activities/my?month=2026-02')).body['items']).to.deep.equal([]);
    expect((await get('/activities/my?month=2026-99')).status).to.equal(400);
    expect((await remove(`/activities/continue-watching/${title.id}`)).status).to.equal(204);
    expect((await get('/activities/continue-watching')).body['items']).to.deep.equal([]);
    expect((await remove('/activities/continue-watching/nonsense')).status).to.equal(404);
  });

  it('sends media to running streams only, whole and by ranges', async () => {
    const { body } = await start('tv');
    const url = origin + String(body['manifest_url']);
    const whole = await fetch(url);
    expect(Buffer.from(await whole.arrayBuffer()).equals(BYTES)).to.equal(true);
    expect(whole.headers.get('content-type')).to.equal('video/mp4');
    expect(whole.headers.get('cache-control')).to.equal('private, no-cache');
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range')]).to.deep.equal([206, 'bytes 10-19/1000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(BYTES.subarray(10, 20))).to.equal(true);
    const behind = await ask(url, { headers: { range: 'bytes=1000-' } });
    expect(seen(behind)).to.deep.equal([416, 'request.range-not-satisfiable']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, '1000']);
    expect(seen(await ask(`${url}x`))).to.deep.equal([403, 'media.ticket-invalid']);
    await remove(`/playback/sessions/${String(body['id'])}`);
    expect(seen(await ask(url))).to.deep.equal([410, 'playback.session-stopped']);
  });

  it('cuts an answer in the middle when its stream ends', async () => {
    const media = {
      assetId: 'a',
      form: 'file' as const,
      storageKey: 'slow',
      contentType: 'video/mp4',
      bytes: BYTES.length,
    };
    world.show({ ...title, media });
    const { body } = await start('tv');
    const answer = await fetch(origin + String(body['manifest_url']));
    const received = answer.arrayBuffer().then(
      () => 'whole',
      () => 'cut',
    );
    await remove(`/playback/sessions/${String(body['id'])}`);
    expect([answer.status, await received]).to.deep.equal([200, 'cut']);
  });

  it('answers for media that is gone as for none', async () => {
    const media = {
      assetId: 'a',
      form: 'file' as const,
      storageKey: 'gone',
      contentType: 'video/mp4',
      bytes: 1,
    };
    world.show({ ...title, media });
    const { body } = await start('tv');
    expect(seen(await ask(origin + String(body['manifest_url'])))).to.deep.equal([404, 'request.not-found']);
  });
});
