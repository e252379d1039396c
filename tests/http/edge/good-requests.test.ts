import { expect } from 'chai';
import { ask, json, startEdge, stopAll, type PlantedEdge } from './planted.ts';

const nested = (depth: number): string =>
  `{"name":"x","extra":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

describe('a good request', () => {
  let edge: PlantedEdge;
  before(async () => {
    edge = await startEdge();
  });
  after(stopAll);

  for (const path of ['/api/v1/open', '/api/v1/open/', '/api/open', '/api/open/']) {
    it(`is found at ${path}`, async () => {
      const answer = await ask(edge.url + path);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({ who: 'anonymous' });
    });
  }

  it('prefers a fixed segment to a parameter', async () => {
    expect((await ask(`${edge.url}/api/v1/things/special`)).body).to.deep.equal({ id: 'special' });
  });

  it('may be a HEAD where there is a GET', async () => {
    const answer = await ask(`${edge.url}/api/v1/open`, { method: 'HEAD' });
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-length')).to.equal('19');
  });

  it('has its unknown fields ignored, and cannot reach a prototype', async () => {
    const text =
      '{"name":"x","other":1,"extra":{"__proto__":{"polluted":true},"b":1},"__proto__":{"polluted":1}}';
    const answer = await ask(`${edge.url}/api/v1/things`, json(text));
    expect(answer.status).to.equal(201);
    expect(answer.body).to.deep.equal({ name: 'x', extra: { b: 1 } });
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('may have a body of depth 20, and of 100 kB', async () => {
    expect((await ask(`${edge.url}/api/v1/things`, json(nested(18)))).status).to.equal(201);
    const frame = '{"name":"x","other":""}'.length;
    const full = json({ name: 'x', other: 'y'.repeat(100_000 - frame) });
    expect((await ask(`${edge.url}/api/v1/things`, full)).status).to.equal(201);
  });

  it('may be JSON under another name', async () => {
    const init = json({ name: 'x' }, { 'content-type': 'application/merge-patch+json; charset=UTF-8' });
    expect((await ask(`${edge.url}/api/v1/things`, init)).status).to.equal(201);
  });

  it('streams an upload, and carries on after one that nobody read', async () => {
    const init = { method: 'PUT', body: Buffer.alloc(300_000), headers: { 'content-type': 'video/mp4' } };
    expect((await ask(`${edge.url}/api/v1/picture`, init)).body).to.deep.equal({ bytes: 300_000 });
    const refused = await ask(`${edge.url}/api/v1/unread`, { ...init, body: Buffer.alloc(3_000_000) });
    expect(refused.status).to.equal(409);
    expect(refused.headers.get('retry-after')).to.equal('3');
    expect(refused.body).to.include({ status: 409, limit: 2, code: 'planted.busy' });
    expect((await ask(`${edge.url}/api/v1/open`)).status).to.equal(200);
  });
});
