import { expect } from 'chai';
import { startRemoteWorld, type RemoteWorld } from '../adapters/media/remote/world.ts';
import { PROVIDERS, sendTo } from '../adapters/media/remote/providers.ts';
import { CLIP, TONE } from '../world/catalog.ts';
import type { Answer, Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { proving } from '../world/chance.ts';
import { createPlanOn } from '../world/plans.ts';

const COMPOSED = [
  ['mux', 'SQLite'],
  ['mux', 'Postgres'],
  ['cloudflare', 'SQLite'],
  ...(proving ? [['cloudflare', 'Postgres'] as const] : []),
] as const;

for (const [name, store] of COMPOSED)
  describe(`media at ${name}, over HTTP, on ${store}`, () => {
    let remote: RemoteWorld;
    let admin: Client;
    let plans = 0;
    before(async () => {
      remote = await startRemoteWorld(name, store);
      admin = await remote.world.admin();
    });
    after(() => remote.stop());

    const film = async (): Promise<string> => {
      const draft = { title: 'Film', visibility: 'public', access_level: 'basic' };
      return String(expected(await admin.post('/videos', draft), 201).body['id']);
    };
    const send = async (id: string): Promise<void> => {
      const { body } = expected(await admin.upload(`/videos/${id}/media`, CLIP, 'video/mp4'), 202);
      expect(body['asset']).to.include({ status: 'processing' });
    };
    const published = async (): Promise<string> => {
      const id = await film();
      await send(id);
      remote.fake.work();
      await remote.news();
      expected(await admin.post(`/videos/${id}/publish`), 200);
      return id;
    };
    const viewer = async (resolution = '720p'): Promise<Client> => {
      const person = await remote.world.person();
      const code = `remote-${(plans += 1)}`;
      const plan = await createPlanOn(admin, { code, resolution, access_level: 'premium' });
      expected(await person.post('/payments', { plan_id: plan }), 201);
      return person;
    };
    const start = (who: Client, id: string, device = 'tv'): Promise<Answer> =>
      who.post('/playback/sessions', { title_id: id, device_id: device });
    /** The heights that a player is offered at an address; the status where it is offered none. */
    const played = async (url: unknown): Promise<readonly number[] | number> => {
      const answered = await fetch(String(url));
      const heights = [...(await answered.text()).matchAll(/RESOLUTION=\d+x(\d+)/g)];
      return answered.status === 200 ? heights.map(([, height]) => Number(height)) : answered.status;
    };

    it('goes from an upload to a player, as high as the plan goes where the provider knows of heights', async () => {
      const id = await film();
      await send(id);
      expected(await admin.post(`/videos/${id}/publish`), 409);
      remote.fake.work();
      await remote.news();
      const { body: slot } = expected(await admin.get(`/videos/${id}/media`), 200);
      expect(slot['serving']).to.include({ status: 'ready', packaging: 'provider', source_url: null });
      expect(slot['serving']).to.deep.include({ duration_seconds: 6.006, renditions: [] });
      expected(await admin.post(`/videos/${id}/publish`), 200);
      const { body } = expected(await start(await viewer('720p'), id), 201);
      expect(body['max_height']).to.equal(720);
      const all = [270, 360, 480, 720, 1_080, 2_160];
      const within = all.filter((height) => height <= 720);
      expect(await played(body['manifest_url'])).to.deep.equal(name === 'mux' ? within : all);
      const low = expected(await start(await viewer('480p'), id), 201).body;
      expect(await played(low['manifest_url'])).to.have.length(name === 'mux' ? 3 : 6);
    });

    it('is not played without a token, with another one, or with another’s', async () => {
      const [first, second] = [await published(), await published()];
      const who = await viewer();
      const [one, other] = [await start(who, first), await start(who, second, 'phone')].map(
        (answer) => new URL(String(expected(answer, 201).body['manifest_url'])),
      );
      if (!one || !other) throw new Error('nothing was started');
      if (name === 'mux') {
        const [mine, theirs] = [one, other].map((url) => url.searchParams.get('token') ?? '');
        for (const token of ['', 'nonsense', `${mine}x`, theirs ?? '']) {
          const url = new URL(one);
          url.searchParams.set('token', token);
          expect(await played(url)).to.equal(403);
        }
      } else {
        for (const token of ['nonsense', remote.fake.held[0]?.reference])
          expect(await played(new URL(`/${token}/manifest/video.m3u8`, one))).to.equal(401);
      }
    });

    it('keeps its seat by heartbeats, and counts it, as media of ours does', async () => {
      const id = await published();
      const who = await viewer();
      const { body } = expected(await start(who, id), 201);
      const path = `/playback/sessions/${String(body['id'])}`;
      const beat = { seq: 1, position_seconds: 1, state: 'playing' };
      expected(await who.post(`${path}/heartbeat`, beat), 200);
      expected(await who.delete(path), 204);
      expect((await who.post(`${path}/heartbeat`, { ...beat, seq: 2 })).body['code']).to.equal(
        'playback.session-stopped',
      );
    });

    it('is sent past us by whoever asked for a place', async () => {
      const id = await film();
      const path = `/videos/${id}/media/direct-upload`;
      const { body } = expected(await admin.post(path, { bytes: CLIP.length }), 201);
      expect(body['asset']).to.include({ status: 'uploading', progress: 0 });
      const upload = body['upload'] as unknown as {
        url: string;
        protocol: string;
        method: string;
        expires_at: string;
      };
      expect(Date.parse(upload.expires_at)).to.be.above(Date.now());
      expect(await sendTo(upload, CLIP)).to.be.within(200, 204);
      remote.fake.work();
      await remote.news();
      expected(await admin.post(`/videos/${id}/publish`), 200);
      const person = await viewer();
      expect(await played(expected(await start(person, id), 201).body['manifest_url'])).to.be.an('array');
    });

    it('is replaced: the old one serves until the new is ready, and a day longer for its viewers', async () => {
      const id = await published();
      const who = await viewer();
      const old = expected(await start(who, id), 201).body['manifest_url'];
      await send(id);
      const before = remote.fake.held.length;
      expect(await played(expected(await start(who, id), 201).body['manifest_url'])).to.be.an('array');
      remote.fake.work();
      await remote.news();
      await remote.world.settle();
      const fresh = expected(await start(who, id), 201).body['manifest_url'];
      expect(await played(fresh)).to.be.an('array');
      expect(await played(old)).to.be.an('array');
      await remote.world.advance('P1D');
      expect(remote.fake.held).to.have.length(before - 1);
      expect(await played(old)).to.be.a('number');
      expect(await played(fresh)).to.be.an('array');
    });

    it('is found by the sweep when its webhooks were lost, and however late they come then', async () => {
      const id = await film();
      await send(id);
      remote.fake.work();
      const lost = remote.fake.lose();
      await remote.world.advance('PT10M');
      expected(await admin.post(`/videos/${id}/publish`), 200);
      await remote.news([...lost].reverse());
      const { body } = expected(await admin.get(`/videos/${id}/media`), 200);
      expect(body['serving']).to.include({ status: 'ready' });
    });

    it('leaves the provider with its title', async () => {
      const id = await published();
      const before = remote.fake.held.length;
      expected(await admin.delete(`/videos/${id}`), 204);
      await remote.world.settle();
      expect(remote.fake.held).to.have.length(before - 1);
      await remote.news();
    });

    it('has trailers and posters here', async () => {
      const id = await film();
      const before = remote.fake.requests.length;
      expected(await admin.upload(`/videos/${id}/trailer`, CLIP, 'video/mp4'), 202);
      const { body } = expected(await admin.get(`/videos/${id}`), 200);
      expected(await admin.get(String(body['trailer_url'])), 200);
      expect(remote.fake.requests).to.have.length(before);
    });

    it('has music where the provider takes it, and else here', async () => {
      const { body } = expected(await admin.post('/musics', { title: 'Song', visibility: 'public' }), 201);
      const path = `/musics/${String(body['id'])}`;
      expected(await admin.upload(`${path}/media`, TONE, 'audio/mp4'), 202);
      remote.fake.work();
      await remote.news();
      expected(await admin.post(`${path}/publish`), 200);
      const started = expected(await start(remote.world.anonymous(), String(body['id'])), 201);
      const url = String(started.body['manifest_url']);
      expect(url).to.match(name === 'mux' ? /^http/ : /^\/media\/file\//);
    });

    it('refuses what it refuses of ours, and leaves nothing there', async () => {
      const id = await film();
      const before = remote.fake.held.length;
      const junk = Buffer.from('words'.repeat(9_000));
      const refused = await admin.upload(`/videos/${id}/media`, junk, 'video/mp4');
      expect([refused.status, refused.body['code']]).to.deep.equal([415, 'catalog.unsupported-media']);
      expect(remote.fake.held).to.have.length(before);
      remote.fake.fault({ path: /./, kind: 'timeout-before', times: 1 });
      const down = await admin.upload(`/videos/${id}/media`, CLIP, 'video/mp4');
      expect([down.status, down.body['code']]).to.deep.equal([503, 'catalog.media-provider-unavailable']);
      expect(Number(down.headers.get('retry-after'))).to.be.above(0);
    });

    it('counts its webhooks', async () => {
      const text = await (await fetch(`${remote.world.base}/metrics`)).text();
      for (const outcome of ['received', 'duplicate'])
        expect(text).to.match(
          new RegExp(`usher_webhooks_total\\{provider="${name}",outcome="${outcome}"\\} [1-9]`),
        );
    });
  });

describe('routes of media providers', () => {
  for (const name of PROVIDERS)
    it(`exist only where ${name} was chosen, and the other's do not`, async () => {
      const { world, fake, stop } = await startRemoteWorld(name);
      try {
        const other = PROVIDERS.find((each) => each !== name) ?? '';
        const sent = { bytes: Buffer.from('{}'), headers: fake.sign('{}') };
        const statusOf = async (path: string): Promise<number> =>
          (await world.anonymous().send('POST', path, sent)).status;
        expect(await statusOf(`/webhooks/${name}`)).to.equal(400);
        expect(await statusOf(`/webhooks/${other}`)).to.equal(404);
        const large = Buffer.alloc(1_000_001, 32);
        const answer = await world.anonymous().send('POST', `/webhooks/${name}`, { bytes: large });
        expect(answer.status).to.equal(413);
      } finally {
        await stop();
      }
    });
});
