import { expect } from 'chai';
import { routes } from '../../adapters/http/routes/all.ts';
import type { Answer, Client } from '../world/client.ts';
import { furnish, type House } from '../world/house.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const STRANGER = '01980000-0000-7000-8000-eeeeeeeeeeee';

/** What nobody may write by naming it in a body, with values that can be told from any of ours. */
const EXTRA = {
  id: STRANGER,
  account_id: STRANGER,
  accountId: STRANGER,
  created_by: STRANGER,
  channel_id: STRANGER,
  subscription_id: STRANGER,
  role: 'admin',
  is_admin: true,
  isAdmin: true,
  is_verified: true,
  email_verified: true,
  verified_at: '2001-01-01T00:00:00.000Z',
  status: 'succeeded-by-hand',
  amount: '0.07',
  price: '0.07',
  views: 777_777,
  created_at: '2001-01-01T00:00:00.000Z',
  published_at: '2001-01-01T00:00:00.000Z',
  ends_at: '2099-01-01T00:00:00.000Z',
  version: 777_777,
  limit: 777_777,
};

interface Write {
  readonly as: 'viewer' | 'admin' | 'anonymous';
  readonly path?: (house: House) => Promise<string>;
  /** A body that succeeds, whose own fields stay as they are. */
  readonly body: (house: House) => Promise<Readonly<Record<string, unknown>>>;
  readonly status: number;
  /** Where the result is read again; the reply is looked at in any case. */
  readonly readBack?: (reply: Answer, path: string) => string;
}

const idIn =
  (path: string) =>
  ({ body }: Answer): string =>
    `${path}/${String(body['id'])}`;
const samePath = (_reply: Answer, path: string): string => path;
const plain = (value: Readonly<Record<string, unknown>>) => async () => value;

const signIn = async ({ viewer }: House) => ({ ...viewer.credentials });
const refreshed = async ({ viewer }: House) => {
  const answer = await viewer.post('/accounts/login', viewer.credentials);
  return { refresh: answer.body['refresh'] };
};
const titleWrites = (path: '/videos' | '/musics'): Readonly<Record<string, Write>> => ({
  [`post ${path}`]: { as: 'admin', body: plain({ title: 'New' }), status: 201, readBack: idIn(path) },
  [`patch ${path}/{id}`]: {
    as: 'admin',
    path: async ({ make }) => `${path}/${await make.ready(path)}`,
    body: plain({ title: 'New' }),
    status: 200,
    readBack: samePath,
  },
  [`post ${path}/{id}/publish`]: {
    as: 'admin',
    path: async ({ make }) => `${path}/${await make.ready(path)}/publish`,
    body: plain({}),
    status: 200,
    readBack: idIn(path),
  },
});

const PLAN = {
  name: 'Plan',
  price: '5.00',
  currency: 'USD',
  validity_days: 30,
  access_level: 'basic',
  max_devices_allowed: 1,
  resolution: '720p',
};

const ANYBODY = 'somebody@example.com';

/** A write of each kind that works, in an order in which each of them can: the last ones end the account. */
const WRITES: Readonly<Record<string, Write>> = {
  'post /accounts/register': {
    as: 'anonymous',
    body: plain({ email: 'new@example.com', password: 'a quite good password' }),
    status: 201,
  },
  'post /accounts/login': { as: 'anonymous', body: signIn, status: 200 },
  'post /token': { as: 'anonymous', body: signIn, status: 200 },
  'post /accounts/token/refresh': { as: 'anonymous', body: refreshed, status: 200 },
  'post /token/refresh': { as: 'anonymous', body: refreshed, status: 200 },
  'post /accounts/verify-email': {
    as: 'anonymous',
    body: plain({ email: ANYBODY, code: '000000' }),
    status: 400,
  },
  'post /accounts/verify-email/resend': { as: 'anonymous', body: plain({ email: ANYBODY }), status: 202 },
  'post /accounts/forgot-password': { as: 'anonymous', body: plain({ email: ANYBODY }), status: 202 },
  'post /accounts/reset-password': {
    as: 'anonymous',
    body: plain({ email: ANYBODY, code: '000000', new_password: 'a quite good password' }),
    status: 400,
  },
  'patch /accounts/me': { as: 'viewer', body: plain({ name: 'New' }), status: 200, readBack: samePath },
  'post /payments': {
    as: 'viewer',
    body: async ({ plan }) => ({ plan_id: plan }),
    status: 201,
    readBack: idIn('/payments/my'),
  },
  'post /payments/{id}/refunds': {
    as: 'admin',
    path: async ({ make, other }) => `/payments/${await make.payment(other)}/refunds`,
    body: plain({ amount: '0.01' }),
    status: 201,
    readBack: samePath,
  },
  'post /coupons': {
    as: 'admin',
    body: plain({ code: 'mass', percent_off: 10 }),
    status: 201,
    readBack: idIn('/coupons'),
  },
  'patch /coupons/{id}': {
    as: 'admin',
    path: async ({ make }) => `/coupons/${await make.coupon()}`,
    body: plain({ name: 'New' }),
    status: 200,
    readBack: samePath,
  },
  'post /subscriptions/cancel': {
    as: 'viewer',
    body: plain({ at: 'now' }),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions': {
    as: 'viewer',
    body: async ({ plan }) => ({ plan_id: plan }),
    status: 201,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions/renew': {
    as: 'viewer',
    body: plain({}),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  ...titleWrites('/videos'),
  ...titleWrites('/musics'),
  'post /genres': { as: 'admin', body: plain({ name: 'Noir' }), status: 201, readBack: idIn('/genres') },
  'patch /genres/{id}': {
    as: 'admin',
    path: async ({ make }) => `/genres/${await make.genre()}`,
    body: plain({ name: 'Western' }),
    status: 200,
    readBack: samePath,
  },
  'patch /admin/accounts/{id}': {
    as: 'admin',
    path: async ({ other }) => `/admin/accounts/${other.accountId}`,
    body: plain({ suspended: false, is_admin: true }),
    status: 200,
  },
  'post /admin/clock/advance': { as: 'admin', body: plain({ by: 'PT1S' }), status: 200 },
  'post /playback/sessions': {
    as: 'viewer',
    body: async ({ make }) => ({ title_id: await make.published(), device_id: 'tv' }),
    status: 201,
    readBack: () => '/playback/sessions',
  },
  'post /playback/sessions/{id}/heartbeat': {
    as: 'viewer',
    path: async ({ make, viewer }) => `/playback/sessions/${(await make.stream(viewer)).id}/heartbeat`,
    body: plain({ seq: 1, position_seconds: 2, state: 'playing' }),
    status: 200,
    readBack: () => '/playback/sessions',
  },
  'post /activities/watch': {
    as: 'viewer',
    body: async ({ make }) => ({ video_id: await make.published(), position_seconds: 2 }),
    status: 201,
    readBack: () => '/activities/my',
  },
  'post /subscriptions/plans': {
    as: 'admin',
    body: plain({ ...PLAN, code: 'mass' }),
    status: 201,
    readBack: idIn('/subscriptions/plans'),
  },
  'patch /subscriptions/plans/{id}': {
    as: 'admin',
    path: async ({ make }) => `/subscriptions/plans/${await make.plan()}`,
    body: plain({ name: 'New', price: '5.00' }),
    status: 200,
    readBack: samePath,
  },
  'post /accounts/change-password': {
    as: 'viewer',
    body: async ({ viewer }) => ({
      old_password: viewer.credentials.password,
      new_password: 'another good one',
    }),
    status: 204,
  },
  'delete /accounts/me': { as: 'viewer', body: plain({ password: 'another good one' }), status: 204 },
  'post /accounts/logout': { as: 'admin', body: plain({}), status: 204 },
};

/** Every value anywhere in a reply, by the name that it has there. */
function* valuesIn(value: unknown, name = ''): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) yield [name, value];
  else if (Array.isArray(value)) for (const member of value) yield* valuesIn(member, name);
  else for (const [key, member] of Object.entries(value)) yield* valuesIn(member, key);
}

/** What of `extra` came back under its own name. */
const taken = (reply: unknown, extra: Readonly<Record<string, unknown>>): readonly string[] =>
  [...valuesIn(reply)]
    .filter(([name, value]) => name in extra && extra[name] === value)
    .map(([name]) => name);

describe('the table of writes', () => {
  it('has a row for every route with a JSON body, and no other', () => {
    const written = routes.filter(({ body }) => body).map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(WRITES).sort()).to.deep.equal(written.sort());
  });
});

for (const store of STORES) {
  describe(`fields that nobody may write on ${store}`, () => {
    let world: RunningUsher;
    let house: House;
    let clients: Readonly<Record<Write['as'], Client>>;
    before(async () => {
      world = await startUsher(store);
      house = await furnish(world);
      clients = { viewer: house.viewer, admin: house.admin, anonymous: world.anonymous() };
    });
    after(() => world.stop());

    for (const [key, write] of Object.entries(WRITES))
      it(`${key} ignores them`, async () => {
        const [method = '', pattern = ''] = key.split(' ');
        const client = clients[write.as];
        const path = (await write.path?.(house)) ?? pattern;
        const body = await write.body(house);
        const reply = await client.send(method.toUpperCase(), path, { body: { ...EXTRA, ...body } });
        expect(reply.status, JSON.stringify(reply.body)).to.equal(write.status);
        const extra = Object.fromEntries(Object.entries(EXTRA).filter(([name]) => !(name in body)));
        // The person who asks may be an admin indeed.
        expect(taken(reply.body, write.as === 'admin' ? { ...extra, role: null } : extra)).to.deep.equal([]);
        if (!write.readBack) return;
        const again = await client.get(write.readBack(reply, path));
        expect(again.status, JSON.stringify(again.body)).to.equal(200);
        expect(taken(again.body, extra)).to.deep.equal([]);
      });
  });
}
