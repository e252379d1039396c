import { expect } from 'chai';
import type { Client } from '../world/client.ts';
import { furnish, type House } from '../world/house.ts';
import { allRoutes } from '../world/routes.ts';
import type { RunningUsher } from '../world/usher.ts';
import { COMPOSITIONS, keyOf } from './compositions.ts';
import { WRITES, type Write } from './writes.ts';

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
  prefix: 'usk_mine',
  key: 'usk_mine',
  last_used_at: '2001-01-01T00:00:00.000Z',
  revoked_at: '2001-01-01T00:00:00.000Z',
  limit: 777_777,
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
    const written = allRoutes.filter(({ body }) => body).map(keyOf);
    expect(Object.keys(WRITES).sort()).to.deep.equal(written.sort());
  });
});

for (const { name, own, start } of COMPOSITIONS) {
  describe(`fields that nobody may write on ${name}`, () => {
    let world: RunningUsher;
    let house: House;
    let clients: Readonly<Record<Write['as'], Client>>;
    before(async () => {
      world = await start();
      house = await furnish(world);
      clients = { viewer: house.viewer, admin: house.admin, anonymous: world.anonymous() };
    });
    after(() => world.stop());

    for (const [key, write] of Object.entries(WRITES).filter(([row]) => own.has(row)))
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
