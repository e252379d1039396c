import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { metrics } from '../../../adapters/http/metrics.ts';
import { ask, bearer, json, startEdge, stopAll, token, type Answer, type PlantedEdge } from './planted.ts';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('an answer of the edge', () => {
  let edge: PlantedEdge;
  beforeEach(async () => {
    edge = await startEdge();
  });
  afterEach(stopAll);

  it('carries the request id that was sent, when it is a sound one', async () => {
    const sent = 'aB3._-'.repeat(20);
    const known = await ask(`${edge.url}/api/v1/open`, { headers: { 'x-request-id': sent } });
    expect(known.headers.get('x-request-id')).to.equal(sent);
    for (const unsound of ['x'.repeat(129), 'a b', 'a"b', '{}']) {
      const answer = await ask(`${edge.url}/api/v1/open`, { headers: { 'x-request-id': unsound } });
      expect(answer.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}-\d+$/);
    }
  });

  it('is kept by nobody, and is no page', async () => {
    const { headers } = await ask(`${edge.url}/api/v1/open`);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('content-security-policy')).to.equal("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('strict-transport-security')).to.match(/max-age=/);
    for (const absent of ['etag', 'x-powered-by', 'access-control-allow-origin']) {
      expect(headers.get(absent), absent).to.equal(null);
    }
  });

  it('lets the pages of listed origins read it, and nobody’s with credentials', async () => {
    const listed = await ask(`${edge.url}/api/v1/open`, { headers: { origin: 'https://app.test' } });
    expect(listed.headers.get('access-control-allow-origin')).to.equal('https://app.test');
    expect(listed.headers.get('access-control-expose-headers')).to.contain('X-Request-Id');
    expect(listed.headers.get('access-control-allow-credentials')).to.equal(null);
    expect(listed.headers.get('vary')).to.equal('Origin');
    for (const origin of ['https://app.test.evil.test', 'http://app.test', 'null']) {
      const other = await ask(`${edge.url}/api/v1/open`, { headers: { origin } });
      expect(other.status).to.equal(200);
      expect(other.headers.get('access-control-allow-origin'), origin).to.equal(null);
    }
  });

  it('answers a preflight without asking who it is', async () => {
    const preflight = await ask(`${edge.url}/api/v1/mine`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.test',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization, content-type',
      },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-methods')).to.contain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).to.contain('authorization');
    const plain = await ask(`${edge.url}/api/v1/mine`, { method: 'OPTIONS' });
    expect([plain.status, plain.headers.get('allow')]).to.deep.equal([204, 'GET, HEAD, OPTIONS']);
  });

  it('is logged in one line, with nothing of what was sent', async () => {
    const sub = randomUUID();
    const path = `${edge.url}/api/v1/things/${randomUUID()}?secret=hunter2`;
    await ask(path, { headers: bearer(token({ claims: { sub } })) });
    await settled();
    expect(edge.lines).to.have.length(1);
    const [line] = edge.lines;
    expect(line).to.include({ method: 'GET', route: '/api/v1/things/{id}', status: 200, account_id: sub });
    expect(line).to.have.all.keys('request_id', 'method', 'route', 'status', 'ms', 'account_id');
  });
});

describe('the order of the checks', () => {
  let edge: PlantedEdge;
  before(async () => {
    edge = await startEdge();
  });
  after(stopAll);

  const huge = { name: 'x'.repeat(200_000) };
  const cases: readonly (readonly [what: string, status: number, asked: () => Promise<Answer>])[] = [
    ['405 before 401', 405, () => ask(`${edge.url}/api/v1/rules`, { method: 'PUT' })],
    ['401 before 415', 401, () => ask(`${edge.url}/api/v1/rules`, { method: 'POST', body: 'x' })],
    ['401 before 413', 401, () => ask(`${edge.url}/api/v1/rules`, json(huge))],
    ['403 by role before 400', 403, () => ask(`${edge.url}/api/v1/rules`, json('{', bearer(token())))],
    ['403 by role before 413', 403, () => ask(`${edge.url}/api/v1/rules`, json(huge, bearer(token())))],
    [
      '415 before 413',
      415,
      () => ask(`${edge.url}/api/v1/things`, json(huge, { 'content-type': 'text/plain' })),
    ],
    ['401 before 404', 401, () => ask(`${edge.url}/api/v1/things/7`, { headers: bearer('a.b.c') })],
  ];
  for (const [what, status, asked] of cases) {
    it(`is ${what}`, async () => {
      expect((await asked()).status).to.equal(status);
    });
  }
});

describe('an Idempotency-Key', () => {
  let edge: PlantedEdge;
  before(async () => {
    edge = await startEdge();
  });
  after(stopAll);

  const me = bearer(token({ claims: { sub: 'me' } }));
  const send = (body: string, key: string, path = '/api/v1/once', who = me): Promise<Answer> =>
    ask(edge.url + path, json(body, { ...who, 'idempotency-key': key }));

  it('belongs to its caller', async () => {
    const { body, headers } = await send('{"name":"x"}', 'k');
    expect(body['key']).to.equal('account:me:k');
    expect(headers.get('idempotency-replayed')).to.equal('true');
  });

  it('has one fingerprint for one meaning', async () => {
    const { body } = await send('{"name":"x","n":{"a":1,"b":[1,2]}}', 'k');
    const same = await send('{ "n": {"b":[1,2], "a":1.0}, "name":"\\u0078" }', 'k', '/api/once/');
    expect(same.body).to.deep.equal(body);
    for (const other of ['{"name":"y","n":{"a":1,"b":[1,2]}}', '{"name":"x","n":{"a":1,"b":[2,1]}}']) {
      expect((await send(other, 'k')).body['fingerprint']).not.to.equal(body['fingerprint']);
    }
  });

  for (const [what, key] of [
    ['empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['not ASCII', 'é'],
  ] as const) {
    it(`is refused when it is ${what}`, async () => {
      const answer = await send('{"name":"x"}', key);
      expect([answer.status, answer.body['code']]).to.deep.equal([400, 'request.invalid']);
    });
  }

  it('may have 255 characters', async () => {
    expect((await send('{"name":"x"}', 'x'.repeat(255))).status).to.equal(201);
  });
});

describe('a log-in route', () => {
  let edge: PlantedEdge;
  before(async () => {
    edge = await startEdge();
  });
  after(stopAll);

  it('hands over what Passport signed in', async () => {
    const answer = await ask(`${edge.url}/api/v1/login`, json({ email: 'a@b.c', password: 'right' }));
    expect(answer.body).to.deep.equal({ who: 'a@b.c' });
  });

  it('is refused as its use case says, or for want of credentials', async () => {
    const wrong = await ask(`${edge.url}/api/v1/login`, json({ email: 'a@b.c', password: 'wrong' }));
    expect([wrong.status, wrong.body['code']]).to.deep.equal([401, 'planted.wrong-credentials']);
    const empty = await ask(
      `${edge.url}/api/v1/login?password=right`,
      json({ email: 'a@b.c', password: '' }),
    );
    expect(empty.status).to.equal(401);
  });
});

describe('what operators ask', () => {
  afterEach(stopAll);

  it('is answered with and without readiness', async () => {
    let failing: string[] = [];
    const { url } = await startEdge({ deps: { readiness: { failing: async () => failing } } });
    expect((await ask(`${url}/healthz`)).status).to.equal(200);
    expect((await ask(`${url}/readyz`)).status).to.equal(200);
    failing = ['database'];
    const answer = await ask(`${url}/readyz`);
    expect(answer.status).to.equal(503);
    expect(answer.headers.get('retry-after')).to.equal('1');
    expect(answer.body).to.deep.include({ code: 'service.not-ready', failing: ['database'] });
    expect((await ask(`${url}/healthz`)).status).to.equal(200);
  });

  it('counts requests by route and status', async () => {
    const counted = metrics();
    const { url } = await startEdge({ deps: { metrics: counted } });
    await ask(`${url}/api/v1/things/${randomUUID()}`);
    await settled();
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).to.contain(
      'http_request_duration_seconds_count{method="GET",route="/api/v1/things/{id}",status="200"} 1',
    );
    expect(text).to.contain('process_cpu_seconds_total');
  });

  it('keeps the figures from strangers', async () => {
    const { url } = await startEdge({ deps: { metricsToken: 'a-token-for-the-figures' } });
    const proxied = { 'x-forwarded-for': '192.0.2.1' };
    expect((await ask(`${url}/metrics`, { headers: proxied })).status).to.equal(401);
    const wrong = { ...proxied, ...bearer('another') };
    expect((await ask(`${url}/metrics`, { headers: wrong })).status).to.equal(401);
    const right = { ...proxied, ...bearer('a-token-for-the-figures') };
    expect((await ask(`${url}/metrics`, { headers: right })).status).to.equal(200);
  });
});
