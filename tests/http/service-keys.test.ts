import { expect } from 'chai';
import { CONNECTIONS, EDGE_LOG } from '../../adapters/composition/keys.ts';
import type { EdgeLog } from '../../adapters/http/log.ts';
import { Client, type Answer } from '../world/client.ts';
import { everything } from '../world/every-row.ts';
import { eventually } from '../world/eventually.ts';
import { expected } from '../world/house.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

interface Key {
  readonly id: string;
  readonly prefix: string;
  readonly key: string;
}

const BODY = { name: 'Billing bridge', scopes: ['entitlements:read'] };
const verdict = ({ status, body }: Answer) => [status, body['code']];

for (const store of STORES) {
  describe(`service keys on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    const said: unknown[] = [];
    before(async () => {
      const log: EdgeLog = { request: (line) => said.push(line), error: (...all) => said.push(all) };
      world = await startUsher(store, {
        override: (container) => {
          container.unbind(EDGE_LOG);
          container.bind(EDGE_LOG).toConstantValue(log);
        },
      });
      admin = await world.admin();
    });
    after(() => world.stop());

    const make = async (body: object = BODY): Promise<Key> =>
      expected(await admin.post('/service-keys', body), 201).body as unknown as Key;
    const listed = async (query = ''): Promise<readonly Key[]> =>
      (await admin.get(`/service-keys?limit=100${query}`)).body['items'] as unknown as readonly Key[];
    const check = (key: string): Promise<Answer> =>
      Client.withKey(world.base, key).post('/entitlements/check', {
        account_id: admin.accountId,
        feature: 'max_devices',
      });

    it('are shown once, listed newest first, and open what their scope says', async () => {
      const [first, second] = [
        await make(),
        await make({ ...BODY, expires_at: '2099-01-31T12:00:00+02:00' }),
      ];
      const { key, ...shown } = second;
      expect(shown).to.deep.include({
        ...BODY,
        created_by: admin.accountId,
        last_used_at: null,
        expires_at: '2099-01-31T10:00:00.000Z',
        revoked_at: null,
      });
      expect(key).to.match(/^usk_[0-9A-Za-z]{49}$/);
      expect((await listed()).slice(0, 2).map(({ id }) => id)).to.deep.equal([second.id, first.id]);
      expect((await listed())[0]).to.deep.equal(shown);
      expect((await admin.get(`/service-keys/${second.id}`)).body).to.deep.equal(shown);
      expect((await check(key)).status).to.equal(200);
    });

    it('are revoked at once, for good, and leave a line for who made and who ended them', async () => {
      const { id, key } = await make();
      expect((await check(key)).status).to.equal(200);
      expect((await admin.delete(`/service-keys/${id}`)).status).to.equal(204);
      expect(verdict(await check(key))).to.deep.equal([401, 'request.unauthenticated']);
      expect(verdict(await admin.delete(`/service-keys/${id}`))).to.deep.equal([404, 'request.not-found']);
      expect((await listed()).map((each) => each.id)).to.not.include(id);
      expect((await admin.get(`/service-keys/${id}`)).body['revoked_at']).to.match(/Z$/);
      const { items } = (await admin.get('/admin/audit-log?limit=2')).body as unknown as {
        items: readonly Record<string, unknown>[];
      };
      expect(items.map(({ action }) => action)).to.deep.equal(['service-key.revoked', 'service-key.created']);
      for (const entry of items)
        expect(entry).to.include({
          actor: `account:${admin.accountId}`,
          object: `service-key:${id}`,
          account_id: null,
        });
    });

    it('tell when they were last used, to the minute', async () => {
      const { id, key } = await make();
      await check(key);
      await eventually('the use is noted', async () => {
        const { body } = await admin.get(`/service-keys/${id}`);
        return body['last_used_at'] !== null;
      });
    });

    it('are nobody’s account and no admin', async () => {
      const client = Client.withKey(world.base, (await make()).key);
      for (const path of ['/accounts/me', '/subscriptions/my', '/entitlements', '/payments/my'])
        expect(verdict(await client.get(path)), path).to.deep.equal([403, 'request.forbidden']);
      for (const path of ['/service-keys', '/admin/accounts', '/admin/audit-log', '/coupons'])
        expect(verdict(await client.get(path)), path).to.deep.equal([403, 'request.forbidden']);
      expect(verdict(await client.post('/service-keys', BODY))).to.deep.equal([403, 'request.forbidden']);
      const person = await world.person();
      expect(verdict(await person.get('/service-keys'))).to.deep.equal([403, 'request.forbidden']);
    });

    for (const [what, changes, pointer] of [
      ['no name', { name: ' ' }, '/name'],
      ['a name too long', { name: 'x'.repeat(101) }, '/name'],
      ['no scope', { scopes: [] }, '/scopes'],
      ['an unknown scope', { scopes: ['admin'] }, '/scopes/0'],
      ['an end in the past', { expires_at: '2001-01-01T00:00:00Z' }, '/expires_at'],
      ['an end that is no time', { expires_at: 'soon' }, '/expires_at'],
    ] as const)
      it(`are not made with ${what}`, async () => {
        const { status, body } = await admin.post('/service-keys', { ...BODY, ...changes });
        expect([status, body['code']]).to.deep.equal([400, 'request.invalid']);
        expect(body['errors']?.[0]?.['pointer']).to.equal(pointer);
      });

    it('are nowhere but in the answer that showed them', async () => {
      const { key, id } = await make();
      const secret = key.slice(10);
      const told: Answer[] = [
        await check(key),
        await admin.get('/service-keys?limit=100'),
        await admin.get(`/service-keys/${id}`),
        await admin.get(`/service-keys/${key}`),
        await admin.get('/admin/audit-log?limit=100'),
        await admin.get('/accounts/me/export'),
        await Client.withKey(world.base, key).get(`/nowhere/${key}?key=${key}`),
        await Client.withKey(world.base, `${key}0`).get('/titles'),
        await Client.withKey(world.base, key).post('/service-keys', { name: key }),
        await admin.delete(`/service-keys/${id}`),
      ];
      await world.settle();
      expect(JSON.stringify(told.map(({ body, headers }) => [body, [...headers]]))).to.not.contain(secret);
      expect(said).to.have.length.above(told.length);
      expect(JSON.stringify(said)).to.contain(id).and.not.contain(secret);
      const connections = world.usher.get(CONNECTIONS);
      if (!connections) return;
      const rows = JSON.stringify([...(await everything(connections))]);
      expect(rows).to.contain(id).and.not.contain(secret);
    });
  });
}

describe('a service key that expires', () => {
  it('is refused from that moment on, though it was good just before', async () => {
    const world = await startUsher('memory');
    const admin = await world.admin();
    const endsAt = Date.now() + 400;
    const body = { ...BODY, expires_at: new Date(endsAt).toISOString() };
    const { key } = expected(await admin.post('/service-keys', body), 201).body as unknown as Key;
    const client = Client.withKey(world.base, key);
    expect((await client.get('/titles')).status).to.equal(200);
    await new Promise((resolve) => setTimeout(resolve, endsAt + 1 - Date.now()));
    expect((await client.get('/titles')).status).to.equal(401);
    await world.stop();
  });
});
