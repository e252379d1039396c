import { expect } from 'chai';
import { decodeJwt, SignJWT } from 'jose';
import { KEYS } from '../../adapters/composition/keys.ts';
import { SERVICE_SCOPES } from '../../src/identity/index.ts';
import type { Access, Route } from '../../adapters/http/route.ts';
import { Client, type Answer } from '../world/client.ts';
import { allRoutes } from '../world/routes.ts';
import type { RunningUsher } from '../world/usher.ts';
import { COMPOSITIONS, keyOf } from './compositions.ts';

const ABSENT = '01980000-0000-7000-8000-ffffffffffff';

type Who =
  | 'anonymous'
  | 'account'
  | 'admin'
  | 'service'
  | 'expired'
  | 'loggedOut'
  | 'suspended'
  | 'garbled'
  | 'revoked';
type Verdict = 'admitted' | 401 | 403;

/** A token that was sent must be good, also where none is needed: the client is told to refresh it. */
const OVER = { expired: 401, loggedOut: 401, suspended: 401, garbled: 401, revoked: 401 } as const;

const MATRIX: Readonly<Record<Access, Readonly<Record<Who, Verdict>>>> = {
  public: { anonymous: 'admitted', account: 'admitted', admin: 'admitted', service: 'admitted', ...OVER },
  account: { anonymous: 401, account: 'admitted', admin: 'admitted', service: 403, ...OVER },
  admin: { anonymous: 401, account: 403, admin: 'admitted', service: 403, ...OVER },
  service: { anonymous: 401, account: 403, admin: 'admitted', service: 'admitted', ...OVER },
  'account-or-service': {
    anonymous: 401,
    account: 'admitted',
    admin: 'admitted',
    service: 'admitted',
    ...OVER,
  },
};

/** Asks a route for nothing that it could do: objects are absent and bodies are none. */
function touch(client: Client, { method, path, body, upload }: Route): Promise<Answer> {
  const target = path.replace(/\{\w+\}/g, ABSENT);
  if (upload)
    return client.send(method.toUpperCase(), target, {
      bytes: Buffer.from('x'),
      headers: { 'content-type': 'text/nothing' },
    });
  return client.send(method.toUpperCase(), target, body ? { body: [] } : {});
}

function verdictOf({ status, body, headers }: Answer): Verdict {
  if (status === 401 && body['code'] === 'request.unauthenticated') {
    expect(headers.get('www-authenticate')).to.match(/^Bearer/);
    return 401;
  }
  const shut = ['request.forbidden', 'request.insufficient-scope'].includes(body['code'] as string);
  return status === 403 && shut ? 403 : 'admitted';
}

/** The person with a token that ran out a second ago, signed by the real key. */
async function expiredOf(world: RunningUsher, client: Client): Promise<Client> {
  const { kid, privateKey } = world.usher.get(KEYS).signing.current;
  const now = Math.floor(Date.now() / 1_000);
  const token = await new SignJWT({ ...decodeJwt(client.token ?? ''), iat: now - 601, exp: now - 1 })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .sign(privateKey);
  return withToken(client, token);
}

const withToken = ({ base, credentials, accountId }: Client, token: string): Client =>
  new Client(base, { token, credentials, accountId });

async function revoked(world: RunningUsher): Promise<Client> {
  const [admin, client] = [await world.admin(), await world.service()];
  const { items } = (await admin.get('/service-keys?limit=1')).body as unknown as { items: { id: string }[] };
  expect((await admin.delete(`/service-keys/${items[0]?.id}`)).status).to.equal(204);
  return client;
}

async function suspended(world: RunningUsher): Promise<Client> {
  const client = await world.person('suspended');
  const actor = { kind: 'system', job: 'tests' } as const;
  await world.faces.identity.suspendAccount({ actor, accountId: client.accountId, address: null });
  return client;
}

async function loggedOut(world: RunningUsher): Promise<Client> {
  const client = await world.person('gone');
  expect((await client.post('/accounts/logout')).status).to.equal(204);
  return client;
}

describe('the scopes of routes', () => {
  it('are named by every route that service keys may call, and by no other', () => {
    const forKeys = allRoutes.filter(({ access }) => ['service', 'account-or-service'].includes(access));
    expect(forKeys).to.have.length.above(0);
    expect(allRoutes.filter(({ scope }) => scope !== undefined)).to.deep.equal(forKeys);
  });
});

for (const { name, routes, start } of COMPOSITIONS) {
  describe(`who may call what on ${name}`, () => {
    let world: RunningUsher;
    let people: Readonly<Record<Who, Client>>;
    before(async () => {
      world = await start();
      const account = await world.person();
      const { token } = account;
      people = {
        anonymous: world.anonymous(),
        account,
        admin: await world.admin(),
        service: await world.service(),
        expired: await expiredOf(world, account),
        loggedOut: await loggedOut(world),
        suspended: await suspended(world),
        garbled: withToken(account, `${(token ?? '').slice(0, -8)}AAAAAAAA`),
        revoked: await revoked(world),
      };
    });
    after(() => world.stop());

    it('has the matrix of the contract on every route', async () => {
      const wrong: string[] = [];
      for (const route of routes)
        await Promise.all(
          Object.entries(people).map(async ([who, client]) => {
            const verdict = verdictOf(await touch(client, route));
            const due = MATRIX[route.access][who as Who];
            if (verdict !== due) wrong.push(`${route.method} ${route.path} ${who}: ${verdict}, not ${due}`);
          }),
        );
      expect(wrong).to.deep.equal([]);
    });

    it('admits a service key to what its scopes name, and to nothing else that is for keys', async () => {
      const wrong: string[] = [];
      for (const held of SERVICE_SCOPES) {
        const client = await world.service(held);
        for (const route of routes.filter(({ scope }) => scope !== undefined)) {
          const { status, body } = await touch(client, route);
          const isShut = status === 403 && body['code'] === 'request.insufficient-scope';
          if (isShut === (route.scope === held)) wrong.push(`${keyOf(route)} with ${held}: ${status}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });

    it('lets a suspended account not sign in anew', async () => {
      const { email, password } = people.suspended.credentials;
      const answer = await world.anonymous().post('/accounts/login', { email, password });
      expect([answer.status, answer.body['code']]).to.deep.equal([403, 'identity.account-suspended']);
    });
  });
}
