import { expect } from 'chai';
import { silentLog } from '../../../adapters/http/log.ts';
import { memoryRateStores, rateLimits } from '../../../adapters/http/rate-limits.ts';
import { liveServiceKeys } from '../../../adapters/http/service-keys.ts';
import { instant } from '../../../src/kernel/instant.ts';
import { serviceKeys } from '../../../adapters/security/service-keys.ts';
import {
  ask,
  bearer,
  json,
  PlantedServiceKeys,
  startEdge,
  stopAll,
  token,
  type PlantedEdge,
} from './planted.ts';

const quiet = { onUnnoted: () => undefined };

describe('a service key at the edge', () => {
  let edge: PlantedEdge;
  let key: string;
  beforeEach(async () => {
    edge = await startEdge();
    key = edge.serviceKeys.plant(['entitlements:read']);
  });
  afterEach(stopAll);

  const get = (path: string, authorization = `Bearer ${key}`) =>
    ask(`${edge.url}/api/v1${path}`, { headers: { authorization } });

  it('opens what is for its scope, and what is for everybody', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER '])
      expect((await get('/for-services', `${scheme} ${key}`)).status, scheme).to.equal(204);
    expect((await get('/open')).body).to.deep.equal({ who: 'service' });
  });

  it('is told which scope it lacks', async () => {
    const other = edge.serviceKeys.plant(['usage:write']);
    const answer = await get('/for-services', `Bearer ${other}`);
    expect(answer.status).to.equal(403);
    expect(answer.body).to.include({ code: 'request.insufficient-scope', scope: 'entitlements:read' });
    expect(answer.headers.get('www-authenticate')).to.equal(
      'Bearer error="insufficient_scope", scope="entitlements:read"',
    );
  });

  it('is nobody’s account, and no admin: 403, before the body is looked at', async () => {
    expect((await get('/mine')).body).to.include({ status: 403, code: 'request.forbidden' });
    const rules = await ask(`${edge.url}/api/v1/rules`, json('{', bearer(key)));
    expect(rules.body).to.include({ status: 403, code: 'request.forbidden' });
  });

  for (const [what, authorization] of [
    ['that nobody has', () => `Bearer usk_${'0'.repeat(32)}`],
    ['of no form of ours', () => 'Bearer usk_0123456789abcdef'],
    ['of nothing', () => 'Bearer usk_'],
    ['in capitals', () => `Bearer ${key.toUpperCase()}`],
    ['with more behind it', () => `Bearer ${key} x`],
    ['with a comma behind it', () => `Bearer ${key},`],
    ['twice', () => `Bearer ${key} ${key}`],
    ['in the form of an access token', () => `Bearer ${key}.${key}.${key}`],
    ['in front of an access token', () => `Bearer usk_${token()}`],
    ['of another scheme', () => `Basic ${Buffer.from(`${key}:`).toString('base64')}`],
    ['without a scheme', () => key],
    ['of many thousand characters', () => `Bearer usk_${'x'.repeat(12_000)}`],
  ] as const)
    it(`is refused ${what}`, async () => {
      for (const path of ['/for-services', '/open']) {
        const answer = await get(path, authorization());
        expect(answer.status, path).to.equal(401);
        expect(answer.body['code']).to.equal('request.unauthenticated');
        expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
      }
      expect(edge.errors).to.deep.equal([]);
    });

  it('is taken from the header alone', async () => {
    for (const name of ['access_token', 'token', 'key', 'api_key', 'authorization', 'Authorization'])
      expect((await ask(`${edge.url}/api/v1/for-services?${name}=${key}`)).status, name).to.equal(401);
    for (const name of ['x-api-key', 'proxy-authorization', 'cookie'])
      expect(
        (await ask(`${edge.url}/api/v1/for-services`, { headers: { [name]: `Bearer ${key}` } })).status,
        name,
      ).to.equal(401);
    expect(edge.serviceKeys.asked).to.deep.equal([]);
  });

  it('is asked about once for a while, and nonsense never', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect((await get('/for-services')).status).to.equal(204);
      expect((await get('/for-services', 'Bearer usk_nonsense')).status).to.equal(401);
    }
    expect(edge.serviceKeys.asked).to.deep.equal([[key.toUpperCase()]]);
  });

  it('ends when it expires, though it is remembered', async () => {
    const expiresAt = instant(Date.now() + 300);
    key = edge.serviceKeys.plant(['entitlements:read'], { expiresAt });
    expect((await get('/for-services')).status).to.equal(204);
    await new Promise((resolve) => setTimeout(resolve, expiresAt + 1 - Date.now()));
    expect((await get('/for-services')).status).to.equal(401);
    expect(edge.serviceKeys.asked).to.have.length(1);
  });

  it('is in the log by its id, and nowhere by itself', async () => {
    await get('/for-services');
    await get('/mine');
    await get('/nowhere');
    await get(`/things/${key}`, `Bearer ${token()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const id = edge.serviceKeys.live.get(key.toUpperCase())?.id;
    const named = edge.lines.filter(({ service_key_id }) => service_key_id !== undefined);
    expect(named.map(({ route, service_key_id }) => [route, service_key_id])).to.deep.equal([
      ['/api/v1/for-services', id],
      ['/api/v1/mine', id],
    ]);
    expect(JSON.stringify([edge.lines, edge.errors]).toLowerCase()).to.not.contain(key);
  });

  it('is said to be in use, and no request fails or waits for that', async () => {
    const own = new PlantedServiceKeys();
    const errors: unknown[] = [];
    let fail: (error: Error) => void = () => undefined;
    own.used = () => new Promise((_resolve, reject) => (fail = reject));
    const live = liveServiceKeys(own, { onUnnoted: (error) => errors.push(error) });
    const text = own.plant(['usage:write']);
    expect(await live.alive(text)).to.deep.include({ scopes: ['usage:write'] });
    fail(new Error('no database'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).to.have.length(1);
    await get('/for-services');
    expect(edge.serviceKeys.noted).to.deep.equal([edge.serviceKeys.live.get(key.toUpperCase())?.id]);
  });
});

describe('asking whether service keys live', () => {
  it('asks for all of one moment together, and for one key once', async () => {
    const check = new PlantedServiceKeys();
    const [a, b] = [check.plant(['usage:write']), check.plant(['usage:write'])];
    const live = liveServiceKeys(check, quiet);
    const found = await Promise.all(
      [a, b, a, `usk_${'0'.repeat(32)}`, b].map(async (key) => live.alive(key)),
    );
    expect(check.asked.map((digests) => digests.length)).to.deep.equal([3]);
    expect(found.map((key) => key !== undefined)).to.deep.equal([true, true, true, false, true]);
  });

  it('keeps an answer for its time, and asks anew about what was forgotten', async () => {
    const check = new PlantedServiceKeys();
    const key = check.plant(['usage:write']);
    const live = liveServiceKeys(check, { ...quiet, keepMs: 50 });
    const [first] = [await live.alive(key)];
    check.live.clear();
    expect(await live.alive(key)).to.equal(first);
    live.forget(key.toUpperCase());
    expect(await live.alive(key)).to.equal(undefined);
    check.live.set(key.toUpperCase(), first as NonNullable<typeof first>);
    expect(await live.alive(key)).to.equal(undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await live.alive(key)).to.equal(first);
  });

  it('fails the question when the check fails, and keeps no failure', async () => {
    const check = new PlantedServiceKeys();
    const key = check.plant(['usage:write']);
    let fails = true;
    const live = liveServiceKeys(
      {
        digestOf: (text) => check.digestOf(text),
        used: async () => undefined,
        aliveAll: async (digests) => {
          if (fails) throw new Error('no database');
          return check.aliveAll(digests);
        },
      },
      quiet,
    );
    const failure: unknown = await Promise.resolve(live.alive(key)).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    fails = false;
    expect(await live.alive(key)).to.deep.include({ scopes: ['usage:write'] });
  });
});

describe('rate limits of service keys', () => {
  afterEach(stopAll);
  const limited = (): Promise<PlantedEdge> =>
    startEdge({
      deps: {
        limits: rateLimits(memoryRateStores, silentLog, { anonymous: 3, account: 5, register: 2, login: 2 }),
      },
    });

  const times = async (n: number, edge: PlantedEdge, key: string): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (let time = 0; time < n; time += 1)
      statuses.push((await ask(`${edge.url}/api/v1/for-services`, { headers: bearer(key) })).status);
    return statuses;
  };

  it('count each key by itself, like an account', async () => {
    const edge = await limited();
    const [key, other] = [
      edge.serviceKeys.plant(['entitlements:read']),
      edge.serviceKeys.plant(['entitlements:read']),
    ];
    expect(await times(6, edge, key)).to.deep.equal([204, 204, 204, 204, 204, 429]);
    const { headers } = await ask(`${edge.url}/api/v1/for-services`, { headers: bearer(other) });
    expect(headers.get('ratelimit')).to.match(/^"service-key"; r=4; t=\d+$/);
    expect(headers.get('ratelimit-policy')).to.not.contain(other);
  });

  it('count keys that nobody has by address, however many they are', async () => {
    const edge = await limited();
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1)
      statuses.push(...(await times(1, edge, `usk_${String(time).padStart(32, '0')}`)));
    expect(statuses).to.deep.equal([401, 401, 401, 429]);
    expect(await times(1, edge, edge.serviceKeys.plant(['entitlements:read']))).to.deep.equal([204]);
  });
});

describe('the service keys that ship with the product', () => {
  it('are let in by the same edge', async () => {
    const { key, digest } = serviceKeys.fresh();
    const found = { id: 'id', scopes: ['usage:write'], expiresAt: null, lastUsedAt: null } as const;
    const live = liveServiceKeys(
      {
        digestOf: (text) => serviceKeys.digest(text),
        aliveAll: async (digests) => digests.map((each) => (each === digest ? found : undefined)),
        used: async () => undefined,
      },
      quiet,
    );
    expect(await live.alive(key)).to.equal(found);
    expect(live.alive(`${key.slice(0, -1)}!`)).to.equal(undefined);
  });
});
