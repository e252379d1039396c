import { expect } from 'chai';
import { furnish, type House } from '../../world/house.ts';
import { CLIP, POSTER } from '../../world/media-samples.ts';
import type { RunningUsher } from '../../world/usher.ts';
import { ITS_OWN, mountedAt, stopAll } from './host.ts';

const PREFIX = '/shop/usher';

const jsonOf = async (response: Response): Promise<unknown> => response.json();

describe('mounted below a path of a host', () => {
  let world: RunningUsher;
  let house: House;
  let origin: string;
  before(async () => {
    world = await mountedAt(PREFIX);
    house = await furnish(world);
    ({ origin } = new URL(world.base));
  });
  after(stopAll);

  it('tells every path so that it leads where it says', async () => {
    const { manifest } = await house.make.stream(house.viewer);
    const media = await fetch(origin + manifest);
    expect(Buffer.from(await media.arrayBuffer()).equals(CLIP), manifest).to.equal(true);

    const made = await house.admin.post('/videos', { title: 'Here' });
    const location = made.headers.get('location') ?? '';
    expect(location).to.equal(`${PREFIX}/api/v1/videos/${made.body['id']}`);

    const poster = await house.admin.upload(`/videos/${made.body['id']}/poster`, POSTER, 'image/png');
    expect(poster.status).to.equal(202);
    const { body } = await house.admin.get(`/videos/${made.body['id']}`);
    expect((await fetch(origin + body['poster_url'])).headers.get('content-type')).to.equal('image/png');

    const me = await house.viewer.upload('/accounts/me/picture', POSTER, 'image/png');
    expect((await fetch(origin + me.body['picture_url'])).headers.get('content-type')).to.equal('image/png');
  });

  it('answers for what is below it, and leaves the rest to the host', async () => {
    const unknown = await fetch(`${world.base}/nowhere`);
    expect(unknown.status).to.equal(404);
    expect(await jsonOf(unknown)).to.include({ code: 'request.unknown-path' });
    const orders = await fetch(`${origin}/api/orders`);
    expect(await jsonOf(orders)).to.deep.equal(ITS_OWN);
    expect(orders.headers.has('content-security-policy')).to.equal(false);
    expect(await jsonOf(await fetch(`${origin}/nowhere`))).to.deep.equal({ error: 'not here' });
  });

  it('has its documents there, which name one another and the API', async () => {
    const document = await jsonOf(await fetch(`${world.base}/openapi.json`));
    expect(document).to.have.deep.property('servers', [{ url: `${PREFIX}/api/v1` }]);
    for (const page of ['/docs', '/redoc']) {
      const html = await (await fetch(world.base + page)).text();
      const named = [...html.matchAll(/(?:src|href|spec-url)="(\/[^"]+)"/g)].map(([, url = '']) => url);
      expect(named.length, page).to.be.greaterThan(1);
      for (const url of named) expect((await fetch(origin + url)).status, url).to.equal(200);
    }
    const script = await (await fetch(`${world.base}/docs/swagger-ui-init.js`)).text();
    expect(script).to.include(`"${PREFIX}/openapi.json"`);
    expect((await fetch(`${world.base}/.well-known/jwks.json`)).status).to.equal(200);
  });

  it('knows who calls as the host does, by its proxies', async () => {
    const person = await world.person();
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    await person.send('POST', '/accounts/login', { body: person.credentials, headers });
    const { items } = (await person.get('/accounts/me/sessions')).body as unknown as {
      items: readonly { readonly address: string }[];
    };
    expect(items.map(({ address }) => address)).to.include('203.0.113.7');
  });
});

describe('mounted at the root of a host', () => {
  let world: RunningUsher;
  before(async () => {
    world = await mountedAt('/');
  });
  after(stopAll);

  it('answers what is its own', async () => {
    expect((await (await world.person()).get('/accounts/me')).status).to.equal(200);
    for (const path of ['/docs', '/healthz', '/openapi.json'])
      expect((await fetch(world.base + path)).status, path).to.equal(200);
    expect((await fetch(`${world.base}/api/v1/accounts/me`, { method: 'PUT' })).status).to.equal(405);
  });

  it('passes on what is not, untouched, also below /api', async () => {
    for (const path of ['/', '/api/orders']) {
      const answer = await fetch(world.base + path, { headers: { origin: 'https://elsewhere.example' } });
      expect(await jsonOf(answer), path).to.deep.equal(ITS_OWN);
      for (const header of ['content-security-policy', 'x-request-id', 'cache-control'])
        expect(answer.headers.has(header), header).to.equal(false);
    }
    for (const path of ['/nowhere', '/api/v1/nowhere'])
      expect(await jsonOf(await fetch(world.base + path)), path).to.deep.equal({ error: 'not here' });
  });
});

describe('behind a proxy that takes a path away', () => {
  after(stopAll);

  it('tells paths as PUBLIC_URL has them', async () => {
    const world = await mountedAt('/', { variables: { PUBLIC_URL: 'https://example.com/watch/' } });
    const house = await furnish(world);
    expect((await house.make.stream(house.viewer)).manifest).to.match(/^\/watch\/media\//);
    const me = await house.viewer.upload('/accounts/me/picture', POSTER, 'image/png');
    expect(me.body['picture_url']).to.match(/^https:\/\/example\.com\/watch\/media\//);
    const document = await jsonOf(await fetch(`${world.base}/openapi.json`));
    expect(document).to.have.deep.property('servers', [{ url: '/watch/api/v1' }]);
  });
});
