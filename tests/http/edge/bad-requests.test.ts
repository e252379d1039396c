import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ask, askExactly, exchangeBytes, json, startEdge, stopAll, type PlantedEdge } from './planted.ts';

const nested = (depth: number): string =>
  `{"name":"x","extra":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

interface BadRequest {
  readonly what: string;
  readonly path: string;
  readonly init?: RequestInit;
  readonly status: number;
  readonly code: string;
  readonly pointer?: string;
}

const table: readonly BadRequest[] = [
  { what: 'no JSON', path: '/things', init: json('{"name":'), status: 400, code: 'request.invalid' },
  { what: 'an empty JSON text', path: '/things', init: json(' '), status: 400, code: 'request.invalid' },
  { what: 'an array', path: '/things', init: json([]), status: 400, code: 'request.invalid', pointer: '' },
  { what: 'null', path: '/things', init: json('null'), status: 400, code: 'request.invalid', pointer: '' },
  { what: 'a number', path: '/things', init: json('7'), status: 400, code: 'request.invalid', pointer: '' },
  {
    what: 'a field of another type',
    path: '/things',
    init: json({ name: 7 }),
    status: 400,
    code: 'request.invalid',
    pointer: '/name',
  },
  {
    what: 'a body that is missing',
    path: '/things',
    init: { method: 'POST' },
    status: 400,
    code: 'request.invalid',
    pointer: '/name',
  },
  {
    what: 'NUL in a text',
    path: '/things',
    init: json('{"name":"a\\u0000b"}'),
    status: 400,
    code: 'request.invalid',
    pointer: '/name',
  },
  {
    what: 'NUL in an unknown, nested field',
    path: '/things',
    init: json('{"name":"a","other":{"a/b":["\\u0000"]}}'),
    status: 400,
    code: 'request.invalid',
    pointer: '/other/a~1b/0',
  },
  {
    what: 'NUL in a name',
    path: '/things',
    init: json('{"name":"a","\\u0000":1}'),
    status: 400,
    code: 'request.invalid',
  },
  {
    what: 'half a surrogate pair',
    path: '/things',
    init: json('{"name":"\\ud800"}'),
    status: 400,
    code: 'request.invalid',
    pointer: '/name',
  },
  { what: 'depth 21', path: '/things', init: json(nested(19)), status: 400, code: 'request.invalid' },
  { what: 'depth 40,000', path: '/things', init: json(nested(40_000)), status: 400, code: 'request.invalid' },
  {
    what: 'bytes that are no UTF-8',
    path: '/things',
    init: {
      ...json(''),
      body: Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    },
    status: 400,
    code: 'request.invalid',
  },
  {
    what: '101 kB',
    path: '/things',
    init: json({ name: 'x'.repeat(101_000) }),
    status: 413,
    code: 'request.too-large',
  },
  {
    what: 'text/plain',
    path: '/things',
    init: json('{"name":"x"}', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'request.unsupported-media-type',
  },
  {
    what: 'a form',
    path: '/things',
    init: { method: 'POST', body: new URLSearchParams({ name: 'x' }) },
    status: 415,
    code: 'request.unsupported-media-type',
  },
  {
    what: 'a charset other than UTF-8',
    path: '/things',
    init: json({ name: 'x' }, { 'content-type': 'application/json; charset=latin1' }),
    status: 415,
    code: 'request.unsupported-media-type',
  },
  {
    what: 'gzip',
    path: '/things',
    init: { ...json('', { 'content-encoding': 'gzip' }), body: gzipSync('{"name":"x"}') },
    status: 415,
    code: 'request.unsupported-media-type',
  },
  {
    what: 'an upload of another type',
    path: '/picture',
    init: { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } },
    status: 415,
    code: 'request.unsupported-media-type',
  },
  { what: 'limit 0', path: '/list?limit=0', status: 400, code: 'request.invalid', pointer: '/query/limit' },
  {
    what: 'limit 101',
    path: '/list?limit=101',
    status: 400,
    code: 'request.invalid',
    pointer: '/query/limit',
  },
  { what: 'limit x', path: '/list?limit=x', status: 400, code: 'request.invalid', pointer: '/query/limit' },
  {
    what: 'a parameter given twice',
    path: '/list?limit=1&limit=2',
    status: 400,
    code: 'request.invalid',
    pointer: '/query/limit',
  },
  {
    what: 'NUL in a query',
    path: '/list?cursor=%00',
    status: 400,
    code: 'request.invalid',
    pointer: '/query/cursor',
  },
  { what: 'an id that is none', path: '/things/7', status: 404, code: 'request.not-found' },
  { what: 'an id with NUL', path: '/things/%00', status: 404, code: 'request.not-found' },
  { what: 'a long parameter', path: `/features/${'x'.repeat(21)}`, status: 404, code: 'request.not-found' },
  { what: 'an unknown path', path: '/nothing', status: 404, code: 'request.unknown-path' },
  { what: 'too many segments', path: '/open/1/2/3', status: 404, code: 'request.unknown-path' },
  {
    what: 'a method that the path has not',
    path: '/things',
    init: { method: 'DELETE' },
    status: 405,
    code: 'request.method-not-allowed',
  },
];

describe('a bad request', () => {
  let edge: PlantedEdge;
  before(async () => {
    edge = await startEdge();
  });
  after(stopAll);

  for (const { what, path, init = {}, status, code, pointer } of table) {
    it(`is answered by a problem with a code: ${what}`, async () => {
      const answer = await ask(`${edge.url}/api/v1${path}`, init);
      expect(answer.status).to.equal(status);
      expect(answer.headers.get('content-type')).to.equal('application/problem+json');
      expect(answer.body).to.include({ status, code, type: `urn:usher:problem:${code}` });
      expect(answer.body['request_id']).to.equal(answer.headers.get('x-request-id'));
      expect(answer.body).to.have.property('title').that.is.a('string');
      expect(answer.body).to.have.property('detail').that.is.a('string');
      const errors = (answer.body['errors'] ?? []) as { pointer: string }[];
      if (pointer !== undefined) expect(errors.map((error) => error.pointer)).to.include(pointer);
    });
  }

  it('names every field that is wrong at once', async () => {
    const { body } = await ask(`${edge.url}/api/v1/login`, json({}));
    expect(body['errors']).to.have.length(2);
  });

  it('is told the methods that the path has', async () => {
    const { headers } = await ask(`${edge.url}/api/v1/things/special`, { method: 'PATCH' });
    expect(headers.get('allow')).to.equal('GET, HEAD, OPTIONS');
  });

  for (const path of [
    '/api/v1/things/%E0%A4%A',
    '/api/v1/%zz',
    '/api/v1//things',
    '/%',
    '/api/v1/open/../x',
  ]) {
    it(`is never a defect, however the path is written: ${path}`, async () => {
      const answer = await askExactly(edge.port, path);
      expect(answer.status).to.equal(404);
      expect(answer.body['code']).to.match(/^request\./);
    });
  }

  it('gets 431 for a head over 16 kB', async () => {
    const head = `GET /api/v1/open HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
    const { text } = await exchangeBytes(edge.port, head);
    expect(text).to.match(/^HTTP\/1\.1 431 /);
    expect(text).to.contain('request.headers-too-large');
  });

  it('gets 400 for what is no HTTP', async () => {
    const { text } = await exchangeBytes(edge.port, 'EHLO usher\r\n\r\n');
    expect(text).to.match(/^HTTP\/1\.1 400 /);
  });

  it('tells nothing of a defect, and logs it', async () => {
    const answer = await ask(`${edge.url}/api/v1/boom`, { method: 'POST' });
    expect(answer.status).to.equal(500);
    expect(answer.body['code']).to.equal('internal');
    expect(JSON.stringify(answer.body)).not.to.contain('hunter2');
    expect(edge.errors).to.have.length(1);
  });
});
