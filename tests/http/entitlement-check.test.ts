import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const ABSENT = '01980000-0000-7000-8000-ffffffffffff';

for (const store of STORES) {
  describe(`what an account may do, as another back end asks on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let service: Client;
    let subscriber: Client;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
      service = await world.service('entitlements:read');
      subscriber = await world.person();
      const plan = await createPlanOn(admin, {
        code: 'rich',
        max_devices_allowed: 3,
        entitlements: [
          { feature: 'offline', kind: 'flag' },
          { feature: 'channels', kind: 'limit', limit: -1 },
        ],
      });
      expected(await subscriber.post('/payments', { plan_id: plan }), 201);
    });
    after(() => world.stop());

    const check = (accountId: unknown, feature: string, more: object = {}): Promise<Answer> =>
      service.post('/entitlements/check', { account_id: accountId, feature, ...more });

    it('is what the account is told itself', async () => {
      for (const feature of ['max_devices', 'resolution', 'offline', 'channels', 'nothing of ours']) {
        const { status, body } = await check(subscriber.accountId, feature);
        expect(status, feature).to.equal(200);
        expect(body).to.deep.equal((await subscriber.get(`/entitlements/${feature}`)).body);
        const asAdmin = { account_id: subscriber.accountId, feature };
        expect((await admin.post('/entitlements/check', asAdmin)).body).to.deep.equal(body);
      }
    });

    it('covers an amount up to what remains, and no more', async () => {
      const asked = async (feature: string, amount: number) => {
        const { body } = expected(await check(subscriber.accountId, feature, { amount }), 200);
        return [body['allowed'], body['reason'], body['remaining']];
      };
      expect(await asked('max_devices', 3)).to.deep.equal([true, null, 3]);
      expect(await asked('max_devices', 4)).to.deep.equal([false, 'limit_reached', 3]);
      expect(await asked('channels', 1_000_000)).to.deep.equal([true, null, -1]);
      expect(await asked('offline', 7)).to.deep.equal([true, null, null]);
      expect(await asked('nothing', 1)).to.deep.equal([false, 'not_in_plan', null]);
    });

    it('is the free policy without a subscription, and nothing while suspended', async () => {
      const person = await world.person();
      const free = (await check(person.accountId, 'max_devices')).body;
      expect(free).to.include({ allowed: true, limit: 1 });
      expect((await check(person.accountId, 'offline')).body).to.include({ reason: 'no_subscription' });
      await admin.patch(`/admin/accounts/${person.accountId}`, { suspended: true });
      const suspended = (await check(person.accountId, 'max_devices')).body;
      expect(suspended).to.deep.equal({ ...(free as object), allowed: false, reason: 'suspended' });
    });

    it('is of nobody where there is no such account, or no longer', async () => {
      const gone = await world.person();
      await gone.delete('/accounts/me', { password: gone.credentials.password });
      for (const id of [ABSENT, 'nonsense', '', gone.accountId]) {
        const { status, body } = await check(id, 'max_devices');
        expect([status, body['code']], id).to.deep.equal([404, 'request.not-found']);
      }
    });

    it('is asked for properly', async () => {
      const { accountId } = subscriber;
      for (const amount of [0, -1, 1.5, '1', null, 2 ** 53])
        expect((await check(accountId, 'max_devices', { amount })).status, String(amount)).to.equal(400);
      for (const id of [undefined, 7, null]) expect((await check(id, 'max_devices')).status).to.equal(400);
    });

    it('is right for each of many who are asked about at once', async () => {
      const people = await Promise.all(Array.from({ length: 6 }, () => world.person()));
      const ids = [...people.map(({ accountId }) => accountId), subscriber.accountId, ABSENT];
      const answers = await Promise.all([...ids, ...ids].map((id) => check(id, 'max_devices')));
      const limits = answers.map(({ status, body }) => (status === 200 ? body['limit'] : status));
      const due = [1, 1, 1, 1, 1, 1, 3, 404];
      expect(limits).to.deep.equal([...due, ...due]);
    });
  });
}
