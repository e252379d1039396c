import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { CLIP, POSTER, TONE } from '../world/catalog.ts';
import type { Client } from '../world/client.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const ABSENT = '01980000-0000-7000-8000-ffffffffffff';

for (const store of STORES) {
  describe(`the catalogue over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let viewer: Client;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
      viewer = await world.person();
    });
    after(() => world.stop());

    const make = async (body: object = {}, path = '/videos'): Promise<string> => {
      const made = await admin.post(path, { title: 'Clip', visibility: 'public', ...body });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      return String(made.body['id']);
    };
    const published = async (body: object = {}): Promise<string> => {
      const id = await make(body);
      await admin.upload(`/videos/${id}/media`, CLIP, 'video/mp4');
      expect((await admin.post(`/videos/${id}/publish`)).status).to.equal(200);
      return id;
    };
    const told = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
      status,
      body['code'],
    ];

    it('makes a draft with the defaults of the contract', async () => {
      const { status, body } = await admin.post('/videos', { title: '  New  ', unknown: true });
      expect(status).to.equal(201);
      expect(body).to.deep.include({
        kind: 'video',
        title: 'New',
        description: '',
        genres: [],
        access_level: 'free',
        visibility: 'private',
        status: 'draft',
        poster_url: null,
        trailer_url: null,
        channel_id: null,
        published_at: null,
        duration_seconds: null,
        allow_comments: true,
        views: 0,
        rating: { average: null, count: 0 },
        votes: { up: 0, down: 0 },
        can_stream: false,
        locked_reason: 'not_published',
      });
    });

    it('lets only admins write', async () => {
      const id = await make();
      const attempts = (client: Client) =>
        Promise.all([
          client.post('/videos', { title: 'x' }),
          client.patch(`/videos/${id}`, { title: 'x' }),
          client.post(`/videos/${id}/publish`),
          client.post(`/videos/${id}/archive`),
          client.get(`/videos/${id}/media`),
          client.post('/genres', { name: 'x' }),
        ]);
      for (const { status } of await attempts(viewer)) expect(status).to.equal(403);
      for (const { status } of await attempts(world.anonymous())) expect(status).to.equal(401);
    });

    it('hides drafts, private and absent titles behind one answer', async () => {
      const draft = await make();
      const hidden = await published({ visibility: 'private' });
      const answers = [];
      for (const id of [draft, hidden, ABSENT, 'nonsense']) {
        for (const path of ['/videos', '/titles', '/musics']) {
          const { status, body } = await viewer.get(`${path}/${id}`);
          answers.push({ ...(body as object), status, request_id: null });
        }
      }
      for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
      expect(answers[0]).to.include({ status: 404, code: 'request.not-found' });
      expect((await admin.get(`/titles/${hidden}`)).body).to.include({ can_stream: true });
    });

    it('publishes what is ready, at once or later', async () => {
      const id = await make({ access_level: 'premium' });
      expect(told(await admin.post(`/videos/${id}/publish`))).to.deep.equal([409, 'catalog.title-not-ready']);
      const upload = await admin.upload(`/videos/${id}/media`, CLIP, 'video/mp4');
      expect(upload.status).to.equal(202);
      expect(upload.body['asset']).to.include({ status: 'ready', progress: 100 });
      const { serving } = (await admin.get(`/videos/${id}/media`)).body as { serving?: unknown };
      expect(serving)
        .to.include({ packaging: 'none', duration_seconds: null })
        .and.deep.include({ renditions: [] });
      const at = new Date(world.now() + 3_600_000).toISOString();
      const scheduled = await admin.post(`/videos/${id}/publish`, { at });
      expect(scheduled.body).to.include({ status: 'scheduled', published_at: at });
      expect((await viewer.get(`/videos/${id}`)).status).to.equal(404);
      await world.advance('PT1H');
      expect((await viewer.get(`/videos/${id}`)).body).to.include({
        status: 'published',
        can_stream: false,
        locked_reason: 'no_subscription',
      });
      const stranger = await world.anonymous().get(`/videos/${id}`);
      expect(stranger.body).to.include({ locked_reason: 'sign_in_required' });
      expect((await admin.post(`/videos/${id}/archive`)).body).to.include({ status: 'archived' });
      expect((await viewer.get(`/videos/${id}`)).status).to.equal(404);
    });

    it('browses with filters, and pages', async () => {
      const genre = await admin.post('/genres', { name: `Noir ${store}` });
      expect(genre.status).to.equal(201);
      const names = ['Noir One', 'Noir Two', 'Noir Three'];
      for (const title of names) await published({ title, genres: [genre.body['id']] });
      const list = async (query: string): Promise<readonly string[]> => {
        const { status, body } = await viewer.get(`/titles?${query}`);
        expect(status, JSON.stringify(body)).to.equal(200);
        return (body['items'] as { title: string }[]).map(({ title }) => title);
      };
      const query = `genre=${String(genre.body['id'])}`;
      expect(await list(query)).to.have.members(names);
      expect(await list(`${query}&sort=title`)).to.deep.equal(['Noir One', 'Noir Three', 'Noir Two']);
      expect(await list(`${query}&q=t%20NOI`)).to.have.members(['Noir Three', 'Noir Two']);
      for (const none of ['kind=music', 'access_level=premium', 'channel=x', 'status=draft'])
        expect(await list(`${query}&${none}`)).to.deep.equal([]);
      const first = await viewer.get(`/videos?${query}&limit=2&sort=title`);
      const cursor = encodeURIComponent(String(first.body['next_cursor']));
      expect(await list(`${query}&limit=2&sort=title&cursor=${cursor}`)).to.deep.equal(['Noir Two']);
      expect(told(await viewer.get(`/titles?${query}&cursor=${cursor}`))).to.deep.equal([
        400,
        'request.invalid',
      ]);
      for (const bad of ['sort=relevance', 'limit=0', 'limit=101', 'kind=book', 'cursor=x'])
        expect(told(await viewer.get(`/titles?${bad}`))).to.deep.equal([400, 'request.invalid']);
      await admin.delete(`/genres/${String(genre.body['id'])}`);
      expect(await list(query)).to.deep.equal([]);
    });

    it('refuses uploads that are too large, of the wrong kind, or cut off', async () => {
      const id = await make();
      const poster = await admin.upload(`/videos/${id}/poster`, Buffer.alloc(6_000_000), 'image/png');
      expect(told(poster)).to.deep.equal([413, 'catalog.upload-too-large']);
      const wrong = await admin.upload(`/videos/${id}/media`, TONE, 'video/mp4');
      expect(told(wrong)).to.deep.equal([415, 'catalog.unsupported-media']);
      const gone = await admin.upload(`/videos/${ABSENT}/media`, CLIP, 'video/mp4');
      expect(told(gone)).to.deep.equal([404, 'request.not-found']);
      await cutOff(`${world.base}/api/v1/videos/${id}/media`, admin);
      let failure: unknown = null;
      for (let tries = 0; tries < 100 && failure !== 'catalog.upload-truncated'; tries += 1) {
        const { body } = await admin.get(`/videos/${id}/media`);
        failure = (body['asset'] as { failure: unknown } | null)?.failure;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(failure).to.equal('catalog.upload-truncated');
      expect(told(await admin.post(`/videos/${id}/publish`))).to.deep.equal([409, 'catalog.title-not-ready']);
    });

    it('shows posters to everybody, whole and in part, and media to nobody', async () => {
      const id = await published();
      await admin.upload(`/videos/${id}/poster`, POSTER, 'image/png');
      const url = new URL(String((await viewer.get(`/videos/${id}`)).body['poster_url']), world.base);
      const whole = await fetch(url);
      expect([whole.status, whole.headers.get('content-type')]).to.deep.equal([200, 'image/png']);
      expect(Buffer.from(await whole.arrayBuffer()).equals(POSTER)).to.equal(true);
      expect(whole.headers.get('cross-origin-resource-policy')).to.equal('cross-origin');
      const part = await fetch(url, { headers: { range: 'bytes=0-7' } });
      expect([part.status, part.headers.get('content-length')]).to.deep.equal([206, '8']);
      const beyond = await fetch(url, { headers: { range: 'bytes=999999999-' } });
      expect([beyond.status, beyond.headers.get('content-range')]).to.deep.equal([
        416,
        `bytes */${POSTER.length}`,
      ]);
      expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).to.equal(
        String(POSTER.length),
      );
      const { serving } = (await admin.get(`/videos/${id}/media`)).body as { serving?: { id: string } };
      for (const asset of [serving?.id, ABSENT, 'nonsense'])
        expect((await fetch(`${world.base}/media/public/${asset}`)).status).to.equal(404);
    });

    it('deletes a title with its files', async () => {
      const id = await published();
      expect((await admin.delete(`/musics/${id}`)).status).to.equal(404);
      expect((await admin.delete(`/videos/${id}`)).status).to.equal(204);
      expect((await admin.get(`/videos/${id}`)).status).to.equal(404);
      expect((await admin.delete(`/videos/${id}`)).status).to.equal(404);
    });

    it('says what is wrong with a body', async () => {
      const bad = [
        {},
        { title: '' },
        { title: 'x', access_level: 'gold' },
        { title: 'x', duration_seconds: -1 },
        { title: 'x', language: 'not a language' },
        { title: 'x', genres: 'all' },
      ];
      for (const body of bad)
        expect(told(await admin.post('/videos', body))).to.deep.equal([400, 'request.invalid']);
      const unknown = await admin.post('/videos', { title: 'x', genres: [ABSENT] });
      expect(told(unknown)).to.deep.equal([400, 'catalog.unknown-genre']);
      const credits = await admin.post('/videos', {
        title: 'x',
        duration_seconds: 5,
        credits_start_seconds: 6,
      });
      expect(told(credits)).to.deep.equal([400, 'catalog.credits-after-end']);
    });
  });
}

/** Sends half of what it promised, and hangs up. */
function cutOff(url: string, client: Client): Promise<void> {
  return new Promise((resolve) => {
    const sending = httpRequest(url, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${client.token}`,
        'content-type': 'video/mp4',
        'content-length': CLIP.length,
      },
    });
    sending.on('error', () => resolve());
    sending.write(CLIP.subarray(0, CLIP.length / 2), () => setTimeout(() => sending.destroy(), 100));
    sending.on('close', () => resolve());
  });
}
