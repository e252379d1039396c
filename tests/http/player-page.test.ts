import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import { playerRoutes } from '../../adapters/http/routes/player.ts';
import { furnish, type House } from '../world/house.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import { startEdge, stopAll } from './edge/planted.ts';
import { mountedAt, stopAll as stopHosts } from './mounted/host.ts';

/** What the page runs, shows and talks to, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

describe('the player page', () => {
  let world: RunningUsher;
  let house: House;
  before(async () => {
    world = await startUsher('memory');
    house = await furnish(world);
  });
  after(() => world.stop());
  const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(world.base + path, init);

  it('is found by the id and by the code of a title, which it names', async () => {
    const odd = { title: '<Tom> & "Jerry"', code: 'tom-and-jerry' };
    const id = await house.make.published('/videos', odd);
    for (const name of [id, odd.code]) {
      const page = await get(`/watch/${name}`);
      const html = await page.text();
      expect([page.status, page.headers.get('content-type')]).to.deep.equal([
        200,
        'text/html; charset=utf-8',
      ]);
      expect(html)
        .to.include(`data-title="${id}"`)
        .and.to.include('&lt;Tom&gt; &amp; &quot;Jerry&quot; · Usher');
      expect(html).to.not.match(
        /<Tom>|%\w+%|<style|<script(?![^>]* src="\/watch\/assets\/)| on[a-z]+=| style=/,
      );
    }
  });

  it('runs nothing but its own scripts, in no frame, and sends forms nowhere', async () => {
    for (const path of ['/watch', '/watch/nothing', '/watch/assets/player.css']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')?.split(';'), path).to.deep.equal(POLICY);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
    }
  });

  it('lets media come from other hosts where a provider of media names them', async () => {
    const origin = 'https://stream.example';
    const edge = await startEdge({ deps: { rawRoutes: playerRoutes({ mediaOrigins: [origin] }) } });
    const { headers } = await fetch(`${edge.url}/watch`);
    const policy = headers.get('content-security-policy')?.split(';') ?? [];
    const open = policy.filter((directive) => directive.includes(origin));
    expect(open.map((directive) => directive.split(' ')[0])).to.deep.equal([
      'img-src',
      'media-src',
      'connect-src',
    ]);
    await stopAll();
  });

  it('is there for a title that is not, or is not public, and tells strangers nothing of it', async () => {
    const hidden = await house.make.published('/videos', {
      visibility: 'private',
      code: 'secret',
      title: 'Secret',
    });
    const draft = await house.make.draft();
    const never = '00000000-0000-7000-8000-000000000000';
    for (const name of [hidden, 'secret', draft, never, 'nothing', '%00', '%ff', "a'b", 'x'.repeat(500)]) {
      const page = await get(`/watch/${name}`);
      expect([page.status, page.headers.get('content-type')], name).to.deep.equal([
        404,
        'text/html; charset=utf-8',
      ]);
      const html = await page.text();
      expect(html, name).to.include('Not found · Usher').and.to.include('id="sign-in"');
      expect(html, name).to.not.match(/Secret/);
      if (name === 'secret') expect(html).to.not.include(hidden);
    }
  });

  it('is sent again only when it changed', async () => {
    const id = await house.make.published('/videos', { title: 'Before' });
    for (const path of ['/watch', `/watch/${id}`, '/watch/assets/rest.js', '/watch/assets/hls.js']) {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      expect(etag, path).to.match(/^"[\w-]{22}"$/);
      expect(first.headers.get('cache-control'), path).to.equal('no-cache');
      const again = await get(path, { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()], path).to.deep.equal([304, '']);
      expect((await get(path, { headers: { 'if-none-match': '"another"' } })).status).to.equal(200);
    }
    const { headers } = await get(`/watch/${id}`);
    await house.admin.patch(`/videos/${id}`, { title: 'After' });
    const changed = await get(`/watch/${id}`, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect(changed.status).to.equal(200);
    expect(await changed.text()).to.include('After · Usher');
  });

  it('answers HEAD with the head, and no other method', async () => {
    for (const path of ['/watch', '/watch/nothing', '/watch/assets/hls.js']) {
      const [head, whole] = [await get(path, { method: 'HEAD' }), await get(path)];
      expect(head.status, path).to.equal(whole.status);
      expect(await head.text()).to.equal('');
      for (const name of ['content-length', 'content-type', 'etag'])
        expect(head.headers.get(name), `${name} of ${path}`).to.equal(whole.headers.get(name));
      expect((await get(path, { method: 'POST' })).status, path).to.equal(405);
    }
  });

  it('has every file that its pages and scripts name, with its type', async () => {
    const queue = ['/watch', '/watch/nothing'];
    const seen = new Map<string, string>();
    for (const path of queue) {
      if (seen.has(path)) continue;
      const answer = await get(path);
      seen.set(path, answer.headers.get('content-type') ?? '');
      const text = await answer.text();
      if (path.endsWith('/hls.js') || path.endsWith('/hls.worker.js')) continue;
      const named = text.matchAll(
        /(?:href|src)="(\/watch\/assets\/[^"]+)"|(?:from|import|URL\(|url\() ?'(?:\.\/)?([\w.-]+)'/g,
      );
      for (const [, whole, beside] of named) {
        const next = whole ?? `/watch/assets/${beside}`;
        if (/\.(?:js|css|svg)$/.test(next)) queue.push(next);
      }
    }
    const files = (await readdir('adapters/http/pages/player')).filter((name) =>
      /\.(?:js|css|svg)$/.test(name),
    );
    expect([...seen.keys()].filter((path) => path.includes('/assets/')).sort()).to.deep.equal(
      [...files, 'hls.js', 'hls.worker.js'].map((name) => `/watch/assets/${name}`).sort(),
    );
    for (const [path, type] of seen)
      if (path.endsWith('.js')) expect(type, path).to.equal('text/javascript; charset=utf-8');
  });

  it('gives away no other file, however it is spelt', async () => {
    const names = ['title.html', 'tsconfig.json', '..%2fplayer-page.ts', '..%2f..%2f..%2f..%2fpackage.json'];
    for (const name of [
      ...names,
      '%2e%2e%2frest.js',
      'rest.js%00',
      'REST.JS',
      'constructor',
      '__proto__',
      'a/rest.js',
    ]) {
      const answer = await get(`/watch/assets/${name}`);
      expect(answer.status, name).to.equal(404);
      expect(answer.headers.get('content-type'), name).to.equal('application/problem+json');
    }
  });

  it('is not there where a house has a front of its own', async () => {
    const closed = await startUsher('memory', { variables: { PLAYER_PAGE: 'off' } });
    for (const path of ['/watch', '/watch/nothing', '/watch/assets/rest.js'])
      expect((await fetch(closed.base + path)).headers.get('content-type')).to.equal(
        'application/problem+json',
      );
    await closed.stop();
  });

  it('names its files below the path at which a host mounts it', async () => {
    const mounted = await mountedAt('/shop/usher');
    const html = await (await fetch(`${mounted.base}/watch`)).text();
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(named).to.include('/shop/usher/watch/assets/titles-page.js');
    for (const path of named) expect((await fetch(new URL(path, mounted.base))).status, path).to.equal(200);
    await stopHosts();
  });
});
