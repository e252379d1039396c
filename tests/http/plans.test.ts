import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const PLAN = {
  code: 'family',
  name: 'Family',
  description: 'For everybody at home.',
  price: '14.99',
  currency: 'USD',
  validity_months: 1,
  access_level: 'premium',
  max_devices_allowed: 4,
  resolution: '4K',
  trial_days: 7,
  grace_days: 3,
  entitlements: [
    { feature: 'channels', kind: 'limit', limit: 10 },
    {
      feature: 'downloads',
      kind: 'meter',
      limit: 30,
      per: 'month',
      overage: 'allow',
      overage_price: '0.50',
    },
    { feature: 'early_access', kind: 'flag' },
  ],
} as const;

const verdict = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];
const idsOf = ({ body }: Answer): readonly string[] =>
  (body['items'] as unknown as readonly { id: string }[]).map(({ id }) => id);
const pointersOf = ({ body }: Answer): readonly string[] =>
  (body['errors'] as unknown as readonly { pointer: string }[]).map(({ pointer }) => pointer);

for (const store of STORES) {
  describe(`plans over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let viewer: Client;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
    });
    after(() => world.stop());
    beforeEach(async () => {
      viewer = await world.person();
    });
    let count = 0;
    const sell = (changes: object = {}): Promise<string> => {
      count += 1;
      return createPlanOn(admin, { code: `plan-${count}`, ...changes });
    };
    const retire = async (id: string): Promise<void> => {
      const retired = await admin.patch(`/subscriptions/plans/${id}`, { is_active: false });
      expect(retired.status, JSON.stringify(retired.body)).to.equal(200);
    };

    it('are put on sale by an admin, and shown to everybody as they were given', async () => {
      const created = await admin.post('/subscriptions/plans', PLAN);
      expect(created.status, JSON.stringify(created.body)).to.equal(201);
      const { created_at: createdAt, id, ...rest } = created.body as unknown as Record<string, unknown>;
      expect(rest).to.deep.equal({ ...PLAN, is_active: true });
      expect(createdAt).to.match(/^\d{4}-.*\.\d{3}Z$/);
      const shown = await world.anonymous().get(`/subscriptions/plans/${id}`);
      expect([shown.status, shown.body]).to.deep.equal([200, created.body]);
    });

    it('are for admins to manage: 401 and 403 to all others, before anything is looked at', async () => {
      const path = `/subscriptions/plans/${await sell()}`;
      for (const [somebody, expected] of [
        [world.anonymous(), [401, 'request.unauthenticated']],
        [viewer, [403, 'request.forbidden']],
      ] as const) {
        expect(verdict(await somebody.post('/subscriptions/plans', PLAN))).to.deep.equal(expected);
        expect(verdict(await somebody.patch(path, { price: 'x' }))).to.deep.equal(expected);
        expect(verdict(await somebody.delete(path))).to.deep.equal(expected);
      }
    });

    it('say what is wrong with them, and where', async () => {
      const refused = async (changes: object): Promise<readonly string[]> => {
        const answer = await admin.post('/subscriptions/plans', { ...PLAN, code: 'wrong', ...changes });
        expect(verdict(answer)).to.deep.equal([400, 'request.invalid']);
        return pointersOf(answer);
      };
      expect(await refused({ price: '9.999' })).to.deep.equal(['/price']);
      expect(await refused({ validity_days: 30 })).to.deep.equal(['/validity_months']);
      expect(await refused({ validity_months: undefined })).to.deep.equal(['/validity_days']);
      expect(await refused({ max_devices_allowed: 0, resolution: '8K' })).to.have.members([
        '/max_devices_allowed',
        '/resolution',
      ]);
      expect(await refused({ code: 'Not a slug' })).to.deep.equal(['/code']);
      const derived = { feature: 'max_devices', kind: 'limit', limit: 1 };
      expect(await refused({ entitlements: [derived] })).to.deep.equal(['/entitlements/0']);
    });

    it('have a code of their own: a second is 409, also by an edit', async () => {
      const first = await sell({ code: 'only-one' });
      const second = await sell();
      const again = await admin.post('/subscriptions/plans', { ...PLAN, code: 'only-one' });
      expect(verdict(again)).to.deep.equal([409, 'subscriptions.plan-code-taken']);
      const edit = await admin.patch(`/subscriptions/plans/${second}`, { code: 'only-one' });
      expect(verdict(edit)).to.deep.equal([409, 'subscriptions.plan-code-taken']);
      expect((await admin.patch(`/subscriptions/plans/${first}`, { code: 'only-one' })).status).to.equal(200);
    });

    it('are listed by price, page by page, each once', async () => {
      const cheap = await sell({ price: '0.01' });
      const dear = await sell({ price: '999.00' });
      const same = await sell({ price: '999.00' });
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await viewer.get(`/subscriptions/plans?limit=2${cursor}`);
        seen.push(...idsOf(page));
        const next = page.body['next_cursor'] as string | null;
        cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
      } while (cursor !== '' && seen.length < 99);
      expect(new Set(seen).size).to.equal(seen.length);
      expect(seen.indexOf(cheap)).to.be.lessThan(seen.indexOf(dear));
      expect(seen.slice(-2)).to.have.members([dear, same]);
      expect(verdict(await viewer.get('/subscriptions/plans?limit=101'))).to.deep.equal([
        400,
        'request.invalid',
      ]);
    });

    it('that are retired are seen by admins alone', async () => {
      const id = await sell();
      await retire(id);
      const path = `/subscriptions/plans/${id}`;
      expect(verdict(await viewer.get(path))).to.deep.equal([404, 'request.not-found']);
      expect((await admin.get(path)).body).to.include({ id, is_active: false });
      const all = '/subscriptions/plans?limit=100&with_retired=true';
      expect(idsOf(await viewer.get(all))).to.not.include(id);
      expect(idsOf(await admin.get('/subscriptions/plans?limit=100'))).to.not.include(id);
      expect(idsOf(await admin.get(all))).to.include(id);
    });

    it('that are retired cannot be bought, but are renewed by those who have them', async () => {
      const id = await sell();
      expect((await viewer.post('/subscriptions', { plan_id: id })).status).to.equal(201);
      await retire(id);
      const late = await world.person();
      for (const path of ['/subscriptions', '/payments'])
        expect(verdict(await late.post(path, { plan_id: id }))).to.deep.equal([
          409,
          'subscriptions.plan-unavailable',
        ]);
      expect((await late.get('/payments/my')).body['items']).to.deep.equal([]);
      const renewed = await viewer.post('/subscriptions/renew');
      expect(renewed.status, JSON.stringify(renewed.body)).to.equal(200);
      expect(renewed.body).to.include({ status: 'active', days_left: 60 });
    });

    it('leave their subscribers the terms that they bought, price and all, and sell the new ones', async () => {
      const id = await sell({ price: '9.99', max_devices_allowed: 2 });
      await viewer.post('/subscriptions', { plan_id: id });
      const edited = await admin.patch(`/subscriptions/plans/${id}`, {
        name: 'Renamed',
        price: '19.99',
        max_devices_allowed: 5,
        access_level: 'premium',
      });
      expect(edited.body).to.include({ name: 'Renamed', price: '19.99', max_devices_allowed: 5 });
      const mine = (await viewer.get('/subscriptions/my')).body;
      // A name is how the plan is called today; what was bought is not.
      expect(mine['plan']).to.include({ name: 'Renamed', price: '9.99', max_devices_allowed: 2 });
      expect(mine['limits']).to.include({ max_devices: 2 });
      const renewed = (await viewer.post('/subscriptions/renew')).body;
      expect(renewed['payment']).to.include({ amount: '9.99' });
      const buyer = await world.person();
      const bought = (await buyer.post('/subscriptions', { plan_id: id })).body;
      expect(bought['payment']).to.include({ amount: '19.99' });
      expect(bought['plan']).to.include({ price: '19.99', access_level: 'premium' });
    });

    it('are deleted while nobody has bought them, and only retired after that', async () => {
      const [unsold, sold] = [await sell(), await sell()];
      expect((await admin.delete(`/subscriptions/plans/${unsold}`)).status).to.equal(204);
      expect(verdict(await admin.get(`/subscriptions/plans/${unsold}`))).to.deep.equal([
        404,
        'request.not-found',
      ]);
      expect(verdict(await admin.delete(`/subscriptions/plans/${unsold}`))).to.deep.equal([
        404,
        'request.not-found',
      ]);
      await viewer.post('/subscriptions', { plan_id: sold });
      await viewer.post('/subscriptions/cancel', { at: 'now' });
      expect(verdict(await admin.delete(`/subscriptions/plans/${sold}`))).to.deep.equal([
        409,
        'subscriptions.plan-in-use',
      ]);
    });
  });
}
