import { expect } from 'chai';
import { CLIP } from '../world/catalog.ts';
import type { Client } from '../world/client.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

/** What people, pasted text and attackers put into a search box: each has an answer. */
const ODD = [
  '"',
  '*',
  "'; drop table titles; --",
  'NEAR(a b, 5)',
  'title_words : x',
  '-moon',
  '^moon',
  '{a b}:c',
  "'moon':*A & !b | (c <-> d)",
  '\\',
  '%_%',
  '(((((((((',
  '\u200f\u202eמים',
  '🎬👩‍👩‍👧',
  '\ufffd\ufffe',
  'ﷺ'.repeat(200),
  'a '.repeat(100),
  '人'.repeat(200),
  'e\u0301'.repeat(100),
];

for (const store of STORES) {
  describe(`searching the catalogue over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let viewer: Client;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
      viewer = await world.person();
    });
    after(() => world.stop());

    const published = async (body: object): Promise<string> => {
      const { body: made } = await admin.post('/videos', { visibility: 'public', ...body });
      const id = String(made['id']);
      await admin.upload(`/videos/${id}/media`, CLIP, 'video/mp4');
      expect((await admin.post(`/videos/${id}/publish`)).status).to.equal(200);
      return id;
    };
    const list = async (
      query: Readonly<Record<string, string>>,
      client = viewer,
    ): Promise<readonly string[]> => {
      const { status, body } = await client.get(`/titles?${new URLSearchParams(query)}`);
      expect(status, JSON.stringify(body)).to.equal(200);
      return (body['items'] as unknown as { title: string }[]).map(({ title }) => title);
    };

    it('finds titles by words of title, description and genre, those called so first', async () => {
      const { body: genre } = await admin.post('/genres', { name: 'Rêverie' });
      await published({ title: 'Lune', genres: [genre['id']] });
      await world.advance('PT1M');
      await published({ title: 'Other', description: 'La lune, encore.' });
      expect(await list({ q: 'LUN' })).to.deep.equal(['Lune', 'Other']);
      expect(await list({ q: 'lune', sort: 'newest' })).to.deep.equal(['Other', 'Lune']);
      expect(await list({ q: 'reverie lune' })).to.deep.equal(['Lune']);
      expect(await list({ q: 'lune', kind: 'music' })).to.deep.equal([]);
      await admin.patch(`/genres/${String(genre['id'])}`, { name: 'Songe' });
      expect([await list({ q: 'reverie' }), await list({ q: 'songe' })]).to.deep.equal([[], ['Lune']]);
    });

    it('tells strangers nothing of what is private, in drafts or gone', async () => {
      const id = await published({ title: 'Hushhush', visibility: 'private' });
      await admin.post('/videos', { title: 'Hushhush draft', visibility: 'public' });
      for (const query of [{}, { sort: 'popular' }, { sort: 'trending' }, { status: 'draft' }])
        for (const client of [viewer, world.anonymous()])
          expect(await list({ q: 'hushhush', ...query }, client)).to.deep.equal([]);
      expect(await list({ q: 'hushhush' }, admin)).to.have.length(2);
      await admin.delete(`/videos/${id}`);
      expect(await list({ q: 'hushhush' }, admin)).to.deep.equal(['Hushhush draft']);
    });

    it('answers whatever is searched for', async () => {
      for (const q of ODD) {
        const { status, body } = await viewer.get(`/titles?${new URLSearchParams({ q })}`);
        expect(status, `${q}: ${JSON.stringify(body)}`).to.be.oneOf([200, 400]);
        if (status === 400) expect([...q].length, q).to.be.greaterThan(100);
      }
      for (const q of ['!?', '"', '— …']) expect(await list({ q }), q).to.deep.equal([]);
      expect(await list({ q: '  ' })).to.deep.equal(await list({}));
      const refused = [`q=${'x'.repeat(201)}`, 'q=a%00b', 'q=a&q=b', 'sort=relevance', 'sort=', 'cursor=x'];
      for (const query of refused) {
        const { status, body } = await viewer.get(`/videos?${query}`);
        expect([status, body['code']], query).to.deep.equal([400, 'request.invalid']);
      }
      for (const raw of ['q=%ff%fe', 'q=%', 'q=%ed%a0%80'])
        expect((await viewer.get(`/videos?${raw}`)).status, raw).to.be.oneOf([200, 400]);
    });

    it('sorts by views and by what trends, and turns pages in the order of the first', async () => {
      const { body: genre } = await admin.post('/genres', { name: `Watched on ${store}` });
      const named = (title: string): Promise<string> => published({ title, genres: [genre['id']] });
      const ids = { a: await named('a'), b: await named('b'), c: await named('c') };
      const watch = async (id: string, times: number): Promise<void> => {
        for (let time = 0; time < times; time += 1) {
          const somebody = await world.person();
          const watched = await somebody.post('/activities/watch', { video_id: id, position_seconds: 30 });
          expect(watched.status).to.equal(201);
        }
        await world.settle();
      };
      const query = { genre: String(genre['id']) };
      await watch(ids.a, 2);
      await world.advance('P1D');
      await watch(ids.b, 1);
      expect(await list({ ...query, sort: 'popular' })).to.deep.equal(['a', 'b', 'c']);
      await watch(ids.b, 1);
      expect(await list({ ...query, sort: 'trending' })).to.deep.equal(['b', 'a', 'c']);
      await world.advance('PT1S');
      for (const sort of ['popular', 'trending']) {
        const first = await viewer.get(`/videos?${new URLSearchParams({ ...query, sort, limit: '1' })}`);
        const cursor = String(first.body['next_cursor']);
        const top = (first.body['items'] as unknown as { title: string }[])[0]?.title;
        await world.advance('PT1S');
        await watch(ids.c, 3);
        const rest = await list({ ...query, sort, cursor });
        expect([top, ...rest].sort(), `${sort}: nothing twice, nothing left out`).to.deep.equal([
          'a',
          'b',
          'c',
        ]);
        await world.advance('PT1S');
      }
      expect(await list({ ...query, sort: 'popular' })).to.deep.equal(['c', 'b', 'a']);
      await world.advance('P8D');
      await watch(ids.a, 1);
      expect((await list({ ...query, sort: 'trending' }))[0]).to.equal('a');
    });
  });
}
