import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { silentLog } from '../../../adapters/http/log.ts';
import { postgresRateStores } from '../../../adapters/http/rate-limit-postgres.ts';
import {
  memoryRateStores,
  rateLimits,
  type RateNumbers,
  type RateStores,
} from '../../../adapters/http/rate-limits.ts';
import { openPostgres, type Connections } from '../../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../../adapters/persistence/knex/migrate.ts';
import { migratedDatabase } from '../../world/postgres.ts';
import { ask, bearer, json, startEdge, stopAll, token, type Answer, type PlantedEdge } from './planted.ts';

const numbers: RateNumbers = { anonymous: 3, account: 5, register: 2, login: 2 };

const limited = (stores: RateStores, own: RateNumbers = numbers): Promise<PlantedEdge> =>
  startEdge({ deps: { limits: rateLimits(stores, silentLog, own), trustProxy: ['loopback'] } });

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

async function times(n: number, once: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < n; time += 1) statuses.push((await once()).status);
  return statuses;
}

const together = async (n: number, once: () => Promise<Answer>): Promise<number[]> =>
  (await Promise.all(Array.from({ length: n }, once))).map(({ status }) => status);

const count = (statuses: readonly number[], status: number): number =>
  statuses.filter((each) => each === status).length;

const logIn = (edge: PlantedEdge, password: string, address = '192.0.2.1'): Promise<Answer> =>
  ask(`${edge.url}/api/v1/login`, json({ email: 'a@b.c', password }, from(address)));

let connections: Connections[] = [];
let dropDatabase: () => Promise<void> = async () => undefined;

async function postgresStores(processes = 1): Promise<RateStores[]> {
  const database = await migratedDatabase(async (url) => {
    const migrating = openPostgres(url);
    await migrate(migrating).finally(() => migrating.close());
  });
  connections = Array.from({ length: processes }, () => openPostgres(database.url));
  dropDatabase = () => database.drop();
  return connections.map(({ writer }) => postgresRateStores(writer, silentLog));
}

async function tidy(): Promise<void> {
  await stopAll();
  for (const each of connections.splice(0)) await each.close();
  await dropDatabase();
  dropDatabase = async () => undefined;
}

const kinds: Readonly<Record<string, () => Promise<RateStores>>> = {
  memory: async () => memoryRateStores,
  Postgres: async () => {
    const [stores] = await postgresStores();
    if (!stores) throw new Error('no store');
    return stores;
  },
};

for (const [name, open] of Object.entries(kinds)) {
  describe(`rate limits in ${name}`, () => {
    let edge: PlantedEdge;
    afterEach(tidy);
    beforeEach(async () => {
      edge = await limited(await open());
    });

    it('count strangers by address, and tell them when to come back', async () => {
      const once = (): Promise<Answer> => ask(`${edge.url}/api/v1/open`, { headers: from('192.0.2.1') });
      const first = await once();
      expect(first.headers.get('ratelimit')).to.match(/^"anonymous"; r=2; t=(60|59)$/);
      expect(first.headers.get('ratelimit-policy')).to.match(/^"anonymous"; q=3; w=60; pk=:[\w+/=]+:$/);
      expect(await times(2, once)).to.deep.equal([200, 200]);
      const refused = await once();
      expect(refused.status).to.equal(429);
      expect(refused.body['code']).to.equal('request.rate-limited');
      const wait = Number(refused.headers.get('retry-after'));
      expect(wait).to.be.within(1, 60);
      expect(refused.body['retry_after_seconds']).to.equal(wait);
      expect(refused.headers.get('ratelimit')).to.match(/r=0/);
      expect((await ask(`${edge.url}/api/v1/open`, { headers: from('192.0.2.2') })).status).to.equal(200);
    });

    it('count an IPv6 /64 as one', async () => {
      const addresses = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::3', '2001:db8:1:2::4'];
      const statuses: number[] = [];
      for (const address of addresses) {
        statuses.push((await ask(`${edge.url}/api/v1/open`, { headers: from(address) })).status);
      }
      expect(statuses).to.deep.equal([200, 200, 200, 429]);
      const neighbour = await ask(`${edge.url}/api/v1/open`, { headers: from('2001:db8:1:3::1') });
      expect(neighbour.status).to.equal(200);
    });

    it('count accounts by account, wherever they are and whatever token they use', async () => {
      const sub = randomUUID();
      let host = 0;
      const once = (): Promise<Answer> => {
        const headers = { ...bearer(token({ claims: { sub } })), ...from(`192.0.2.${(host += 1)}`) };
        return ask(`${edge.url}/api/v1/mine`, { headers });
      };
      expect(await times(6, once)).to.deep.equal([200, 200, 200, 200, 200, 429]);
      const other = await ask(`${edge.url}/api/v1/mine`, {
        headers: { ...bearer(token()), ...from('192.0.2.1') },
      });
      expect(other.status).to.equal(200);
    });

    it('count bad tokens by address, before saying that they are bad', async () => {
      const headers = { ...bearer('a.b.c'), ...from('192.0.2.1') };
      const statuses = await times(4, () => ask(`${edge.url}/api/v1/open`, { headers }));
      expect(statuses).to.deep.equal([401, 401, 401, 429]);
    });

    it('come behind 405 and before 401', async () => {
      const once = (): Promise<Answer> => ask(`${edge.url}/api/v1/mine`, { headers: from('192.0.2.1') });
      expect(await times(4, once)).to.deep.equal([401, 401, 401, 429]);
      const wrongMethod = { method: 'PUT', headers: from('192.0.2.1') };
      expect((await ask(`${edge.url}/api/v1/mine`, wrongMethod)).status).to.equal(405);
    });

    it('count registrations apart', async () => {
      const once = (): Promise<Answer> => ask(`${edge.url}/api/v1/register`, json({}, from('192.0.2.1')));
      expect(await times(3, once)).to.deep.equal([201, 201, 429]);
      expect((await ask(`${edge.url}/api/v1/open`, { headers: from('192.0.2.1') })).status).to.equal(200);
    });

    it('count log-ins only when they fail', async () => {
      expect(await times(5, () => logIn(edge, 'right'))).to.deep.equal([200, 200, 200, 200, 200]);
      expect(await times(3, () => logIn(edge, 'wrong'))).to.deep.equal([401, 401, 429]);
      expect((await logIn(edge, 'right')).status).to.equal(429);
      expect((await logIn(edge, 'right', '192.0.2.9')).status).to.equal(200);
    });

    it('let exactly so many of a crowd through', async () => {
      const once = (): Promise<Answer> => ask(`${edge.url}/api/v1/open`, { headers: from('192.0.2.1') });
      const statuses = await together(40, once);
      expect([count(statuses, 200), count(statuses, 429)]).to.deep.equal([3, 37]);
    });

    it('let a crowd log in, and exactly so many of a crowd guess', async () => {
      const own = await limited(await memoryRateStoresOr(name, open), { ...numbers, login: 20 });
      expect(count(await together(60, () => logIn(own, 'right')), 200)).to.equal(60);
      const guesses = await together(60, () => logIn(own, 'wrong', '192.0.2.7'));
      expect([count(guesses, 401), count(guesses, 429)]).to.deep.equal([20, 40]);
    });
  });
}

/** One more edge on the same kind of store; on Postgres, in the database that is already open. */
async function memoryRateStoresOr(name: string, open: () => Promise<RateStores>): Promise<RateStores> {
  const [first] = connections;
  return name === 'memory' || !first ? open() : postgresRateStores(first.writer, silentLog);
}

describe('rate limits of several processes on one Postgres', () => {
  afterEach(tidy);

  it('let exactly so many through, whichever process they meet', async () => {
    const stores = await postgresStores(4);
    const edges = await Promise.all(stores.map((each) => limited(each, { ...numbers, anonymous: 25 })));
    const answers = await Promise.all(
      edges.flatMap((edge) =>
        Array.from({ length: 20 }, () => ask(`${edge.url}/api/v1/open`, { headers: from('192.0.2.1') })),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect([count(statuses, 200), count(statuses, 429)]).to.deep.equal([25, 55]);
  });

  it('begin a new window when the old one is over', async () => {
    const [stores] = await postgresStores(1);
    const [connection] = connections;
    if (!stores || !connection) throw new Error('no store');
    const edge = await limited(stores);
    const once = (): Promise<Answer> => ask(`${edge.url}/api/v1/open`, { headers: from('192.0.2.1') });
    expect(await times(4, once)).to.deep.equal([200, 200, 200, 429]);
    await connection.writer('rate_limits').update({ reset_at: 0 });
    expect(await times(4, once)).to.deep.equal([200, 200, 200, 429]);
  });
});
