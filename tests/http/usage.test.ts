import { expect } from 'chai';
import { UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import type { Answer, Client, Json } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const METERS = [
  { feature: 'downloads', kind: 'meter', limit: 10, per: 'month' },
  { feature: 'exports', kind: 'meter', limit: 2, per: 'term', overage: 'allow', overage_price: '0.25' },
  { feature: 'offline', kind: 'flag' },
];

for (const store of STORES) {
  describe(`usage over REST on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let plans = 0;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
    });
    after(() => world.stop());

    async function subscriber(changes: object = {}): Promise<Client> {
      const person = await world.person();
      const plan = await createPlanOn(admin, { code: `m-${(plans += 1)}`, entitlements: METERS, ...changes });
      expected(await person.post('/payments', { plan_id: plan }), 201);
      return person;
    }
    const used = async (person: Client, feature: string): Promise<Json | undefined> => {
      const { items } = (await person.get('/usage')).body as unknown as { items: readonly Json[] };
      return items.find((item) => (item['feature'] as string) === feature);
    };

    it('counts units, tells what is left, and refuses what does not fit as a whole', async () => {
      const person = await subscriber();
      const { body, status } = await person.post('/usage', { feature: 'downloads', amount: 7 });
      expect(status).to.equal(201);
      expect(body).to.include({ feature: 'downloads', used: 7, limit: 10, remaining: 3, overage: 0 });
      const refused = await person.post('/usage', { feature: 'downloads', amount: 4 });
      expect(refused.status).to.equal(403);
      expect(refused.body).to.include({
        code: 'entitlements.limit-reached',
        ...{ reason: 'limit_reached', limit: 10, used: 7, remaining: 3 },
      });
      expect((await person.post('/usage', { feature: 'downloads', amount: 3 })).body['remaining']).to.equal(
        0,
      );
      expect((await person.get('/entitlements/downloads')).body).to.include({
        ...{ kind: 'meter', allowed: false, reason: 'limit_reached', used: 10 },
      });
      const mine = (await person.get('/subscriptions/me')).body;
      expect(mine['usage']).to.deep.equal({ downloads: 10, exports: 0 });
      expect(mine['limits']?.['downloads']).to.equal(10);
    });

    it('uses once per Idempotency-Key, and refuses the key for another body', async () => {
      const person = await subscriber();
      const send = (amount: number): Promise<Answer> =>
        person.post('/usage', { feature: 'downloads', amount }, { 'idempotency-key': 'one' });
      const answers = await Promise.all([send(2), send(2), send(2)]);
      expect(answers.map(({ status }) => status)).to.deep.equal([201, 201, 201]);
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).to.equal(1);
      const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
      expect(replayed).to.have.length(2);
      expect(await used(person, 'downloads')).to.include({ used: 2 });
      expect((await send(3)).status).to.equal(422);
    });

    it('keeps no refusal: what there is no room for today fits behind a grant', async () => {
      const person = await subscriber();
      const send = (): Promise<Answer> =>
        person.post('/usage', { feature: 'downloads', amount: 12 }, { 'idempotency-key': 'later' });
      expect((await send()).status).to.equal(403);
      const grant = { account_id: person.accountId, feature: 'downloads', amount: 5 };
      const given = expected(await admin.post('/entitlements/grants', grant), 201).body;
      expect(given).to.include({ source: 'gift', amount: 5, used: 0, priority: 100, expires_at: null });
      expect((await send()).body).to.include({ used: 12, limit: 15, remaining: 3 });
    });

    it('is for the account itself; for others only in the hands of admins, who must name them', async () => {
      const person = await subscriber();
      const other = await subscriber();
      const of = { feature: 'downloads', account_id: other.accountId };
      expect((await person.post('/usage', of)).body['errors']?.[0]?.['pointer']).to.equal('/account_id');
      expect((await admin.post('/usage', { feature: 'downloads' })).status).to.equal(400);
      expect((await admin.post('/usage', of)).body['used']).to.equal(1);
      expect(await used(other, 'downloads')).to.include({ used: 1 });
      expect((await world.anonymous().post('/usage', { feature: 'downloads' })).status).to.equal(401);
    });

    it('refuses amounts that are none', async () => {
      const person = await subscriber();
      for (const amount of [0, -1, 1.5, '2', 1e300, null])
        expect((await person.post('/usage', { feature: 'downloads', amount })).status).to.equal(400);
      expect(await used(person, 'downloads')).to.include({ used: 0 });
    });

    it('says why there is nothing: no subscription, not in the plan, paused, ended, suspended', async () => {
      const reason = async (person: Client, feature = 'downloads'): Promise<unknown> =>
        (await person.post('/usage', { feature })).body['reason'];
      expect(await reason(await world.person())).to.equal('no_subscription');
      const person = await subscriber();
      expect(await reason(person, 'uploads')).to.equal('not_in_plan');
      expected(await person.post('/subscriptions/pause', { at: 'now' }), 200);
      expect(await reason(person)).to.equal('paused');
      expected(await person.post('/subscriptions/cancel', { at: 'now' }), 200);
      expect(await reason(person)).to.equal('ended');
      const barred = await subscriber();
      expected(await admin.patch(`/admin/accounts/${barred.accountId}`, { suspended: true }), 200);
      const onBehalf = { feature: 'downloads', account_id: barred.accountId };
      expect((await admin.post('/usage', onBehalf)).body['reason']).to.equal('suspended');
    });

    it('sets units aside, turns some into use and gives the rest back', async () => {
      const person = await subscriber();
      const reserve = async (amount: number): Promise<string> => {
        const { body } = await person.post('/usage/reservations', { feature: 'downloads', amount });
        expect(body).to.include({ status: 'held', amount });
        return `/usage/reservations/${String(body['id'])}`;
      };
      const [first, second] = [await reserve(6), await reserve(4)];
      expect((await person.post('/usage', { feature: 'downloads' })).status).to.equal(403);
      const committed = await person.post(`${first}/commit`, { amount: 2 });
      expect(committed.body).to.include({ status: 'committed', committed: 2 });
      expect((await person.post(`${first}/commit`, { amount: 2 })).body).to.deep.equal(committed.body);
      expect((await person.post(`${first}/commit`, { amount: 1 })).status).to.equal(409);
      expect((await person.post(`${second}/release`)).body).to.include({ status: 'released' });
      expect(await used(person, 'downloads')).to.include({ used: 2, remaining: 8 });
    });

    it('gives a reservation back at its end, whether or not a job ran', async () => {
      const person = await subscriber();
      const body = { feature: 'downloads', amount: 10, expires_in: 60 };
      expected(await person.post('/usage/reservations', body), 201);
      expect((await person.get('/entitlements/downloads')).body['remaining']).to.equal(0);
      await world.advance('PT1M');
      expect((await person.get('/entitlements/downloads')).body['remaining']).to.equal(10);
      expect((await person.post('/usage', { feature: 'downloads', amount: 10 })).status).to.equal(201);
    });

    it('turns with its period, and explains how it stood', async () => {
      const person = await subscriber();
      expected(await person.post('/usage', { feature: 'downloads', amount: 9 }), 201);
      const asOf = new Date(world.now()).toISOString();
      await world.advance('PT1H');
      expected(await person.post('/usage', { feature: 'downloads', amount: 1 }), 201);
      const before = (await person.get(`/entitlements/downloads/explain?as_of=${asOf}`)).body;
      expect(before['grants']?.[0]).to.include({ source: 'plan', limit: 10, used: 9, remaining: 1 });
      expect(before['verdict']).to.include({ allowed: true, used: 9 });
      const now = (await person.get('/entitlements/downloads/explain')).body;
      expect(now['verdict']).to.include({ allowed: false, reason: 'limit_reached', used: 10 });
      expect(now['plan']?.['version']).to.equal(1);
    });

    it('goes over the limit where the plan allows it', async () => {
      const person = await subscriber();
      const { body } = await person.post('/usage', { feature: 'exports', amount: 5 });
      expect(body).to.include({ used: 5, limit: 2, remaining: 0, overage: 3 });
      expect(await world.faces.entitlements.overageOf(person.accountId)).to.deep.equal([
        { feature: 'exports', unitPriceMinor: 25, currency: 'USD', units: 3 },
      ]);
    });

    it('gains no day and no month by pausing', async () => {
      const entitlements = [{ feature: 'calls', kind: 'meter', limit: 10, per: 'day' }, METERS[0]];
      const person = await subscriber({ entitlements });
      for (let round = 0; round < 3; round += 1) {
        const { status } = await person.post('/usage', { feature: 'calls', amount: 10 });
        expect(status, `round ${round}`).to.equal(round === 0 ? 201 : 403);
        expected(await person.post('/subscriptions/pause', { at: 'now' }), 200);
        await world.advance('P20D');
        expected(await person.post('/subscriptions/resume'), 200);
      }
      expect(await used(person, 'calls')).to.include({ used: 10, remaining: 0 });
      await world.advance('P1D');
      expect(await used(person, 'calls')).to.include({ used: 0 });
    });

    it('rolls over what was never touched, from the beginning of the plan and no earlier', async () => {
      const rollover = { cap: 500, expires_days: 300 };
      const rolling = { feature: 'calls', kind: 'meter', limit: 10, per: 'month', rollover };
      const person = await subscriber({ entitlements: [rolling], validity_days: 365 });
      await world.settle();
      await world.advance('P70D');
      expect(await used(person, 'calls')).to.include({ limit: 30, used: 0 });
      const without = await subscriber({ entitlements: [], validity_days: 365 });
      await world.advance('P70D');
      const plan = await createPlanOn(admin, {
        code: `r-${(plans += 1)}`,
        entitlements: [rolling],
        validity_days: 365,
      });
      expected(await without.post('/subscriptions/change', { plan_id: plan, when: 'now' }), 200);
      expect(await used(without, 'calls')).to.include({ limit: 10 });
    });

    it('goes on with a term behind a pause, and begins anew with the next', async () => {
      const person = await subscriber();
      expected(await person.post('/usage', { feature: 'exports', amount: 2 }), 201);
      await world.advance('P10D');
      expected(await person.post('/subscriptions/pause', { at: 'now' }), 200);
      await world.advance('P60D');
      expected(await person.post('/subscriptions/resume'), 200);
      expect(await used(person, 'exports')).to.include({ used: 2, remaining: 0 });
      await world.advance('P19D');
      expect(await used(person, 'exports')).to.include({ used: 2 });
      expected(await person.post('/subscriptions/renew'), 200);
      expect(await used(person, 'exports')).to.include({ used: 2 });
      await world.advance('P1D');
      expect(await used(person, 'exports')).to.include({ used: 0 });
    });

    it('keeps the usage when the plan changes', async () => {
      const person = await subscriber();
      expected(await person.post('/usage', { feature: 'downloads', amount: 9 }), 201);
      const bigger = await createPlanOn(admin, {
        code: `big-${(plans += 1)}`,
        price: '19.99',
        entitlements: [{ ...METERS[0], limit: 50 }],
      });
      expected(await person.post('/subscriptions/change', { plan_id: bigger, when: 'now' }), 200);
      expect((await person.get('/entitlements/downloads')).body).to.include({ used: 9, limit: 50 });
    });

    it('is exported with the account, and forgotten with it', async () => {
      const person = await subscriber();
      expected(await person.post('/usage', { feature: 'downloads', amount: 9 }), 201);
      const { body } = await person.get('/accounts/me/export');
      expect(JSON.stringify(body['usage'])).to.contain('"used":9');
      expected(await person.delete('/accounts/me', { password: person.credentials.password }), 204);
      await world.settle();
      const unitOfWork = world.usher.get(UNIT_OF_WORK);
      const meters = await unitOfWork.read((stores) => stores.meters.listOf(person.accountId));
      expect(meters).to.deep.equal([]);
    });
  });
}
