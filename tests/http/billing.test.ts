import { expect } from 'chai';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import type { Client } from '../world/client.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

for (const store of STORES) {
  describe(`payments over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let plan: { standard: string; yearly: string; free: string; tasting: string };
    before(async () => {
      world = await startUsher(store);
      const admin = await world.admin();
      plan = {
        standard: await createPlanOn(admin, { code: 'standard' }),
        yearly: await createPlanOn(admin, { code: 'yearly', price: '99.00', validity_days: 365 }),
        free: await createPlanOn(admin, { code: 'free', price: '0.00', access_level: 'free' }),
        tasting: await createPlanOn(admin, { code: 'tasting', trial_days: 14 }),
      };
    });
    after(() => world.stop());
    let viewer: Client;
    beforeEach(async () => {
      viewer = await world.person();
    });

    it('buys: 201, and the payment is in the list of its payer alone', async () => {
      const bought = await viewer.post('/payments', { plan_id: plan.standard });
      expect(bought.status, JSON.stringify(bought.body)).to.equal(201);
      expect(bought.body).to.include({
        status: 'succeeded',
        amount: '9.99',
        currency: 'USD',
        plan_id: plan.standard,
      });
      expect(bought.body['subscription_end_at']).to.match(/Z$/);
      const path = `/payments/my/${bought.body['id']}`;
      expect((await viewer.get(path)).body).to.deep.equal(bought.body);
      expect((await viewer.get('/payments/my')).body).to.deep.equal({
        items: [bought.body],
        next_cursor: null,
      });
      const other = await world.person();
      const [foreign, absent] = [await other.get(path), await other.get('/payments/my/none')];
      expect([foreign.status, foreign.body['code']]).to.deep.equal([404, 'request.not-found']);
      expect([absent.status, absent.body['detail']]).to.deep.equal([404, foreign.body['detail']]);
    });

    it('is in the export as the API shows it, without what is between us and the gateway', async () => {
      const bought = await viewer.post('/payments', { plan_id: plan.standard });
      const { body } = await viewer.get('/accounts/me/export');
      expect(body['payments']).to.deep.equal([bought.body]);
      const { items } = (await viewer.get('/subscriptions/history')).body;
      expect(body['subscriptions']).to.deep.equal(items);
    });

    it('declines: 402, and the failed payment stays in the list', async () => {
      const declined = await viewer.post('/payments', {
        plan_id: plan.standard,
        payment_method: 'pm_declined',
      });
      expect([declined.status, declined.body['code']]).to.deep.equal([402, 'billing.payment-declined']);
      const { items } = (await viewer.get('/payments/my')).body as never as {
        items: readonly { id: string; status: string }[];
      };
      expect(items.map(({ status }) => status)).to.deep.equal(['failed']);
      expect(items[0]?.id).to.equal(declined.body['payment_id']);
    });

    it('refuses a method that nobody knows (400) and a plan that does not exist (404)', async () => {
      const method = await viewer.post('/payments', { plan_id: plan.standard, payment_method: 'pm_magic' });
      expect([method.status, method.body['code']]).to.deep.equal([400, 'request.invalid']);
      const absent = await viewer.post('/payments', { plan_id: 'none' });
      expect([absent.status, absent.body['code']]).to.deep.equal([404, 'request.not-found']);
    });

    it('replays the answer of an Idempotency-Key to the letter, and refuses another body', async () => {
      const key = { 'idempotency-key': 'my key' };
      for (const [path, body] of [
        ['/payments', { plan_id: plan.standard }],
        ['/subscriptions', { plan_id: plan.tasting }],
      ] as const) {
        const payer = await world.person();
        const first = await payer.post(path, body, key);
        expect(first.status, JSON.stringify(first.body)).to.equal(201);
        expect(first.headers.get('idempotency-replayed')).to.equal(null);
        const again = await payer.post(path, body, key);
        expect([again.status, again.body]).to.deep.equal([201, first.body]);
        expect(again.headers.get('idempotency-replayed')).to.equal('true');
        const other = await payer.post(path, { plan_id: plan.yearly }, key);
        expect([other.status, other.body['code']]).to.deep.equal([422, 'idempotency.other-request']);
      }
    });

    it('says pending while the outcome is unknown, and 409 with Retry-After beside it', async () => {
      const open = await viewer.post('/payments', {
        plan_id: plan.yearly,
        payment_method: 'pm_timeout_after_capture',
      });
      expect([open.status, open.body['status'], open.body['subscription_end_at']]).to.deep.equal([
        201,
        'pending',
        null,
      ]);
      const beside = await viewer.post('/payments', { plan_id: plan.yearly });
      expect([beside.status, beside.body['code']]).to.deep.equal([409, 'billing.purchase-in-progress']);
      expect(Number(beside.headers.get('retry-after'))).to.be.greaterThan(0);
      await world.advance('PT6M');
      const settled = await viewer.get(`/payments/my/${open.body['id']}`);
      expect(settled.body['status']).to.equal('succeeded');
      expect((await viewer.get('/subscriptions/my')).body['active']).to.equal(true);
    });

    it('subscribes: a free plan by a payment of 0.00, a trial by none, and never beside a live one', async () => {
      const free = await viewer.post('/subscriptions', { plan_id: plan.free });
      expect(free.status, JSON.stringify(free.body)).to.equal(201);
      expect(free.body['payment']).to.include({ status: 'succeeded', amount: '0.00' });
      const beside = await viewer.post('/subscriptions', { plan_id: plan.free });
      expect([beside.status, beside.body['code']]).to.deep.equal([409, 'subscriptions.already-active']);
      const taster = await world.person();
      const trial = await taster.post('/subscriptions', { plan_id: plan.tasting });
      expect(trial.status, JSON.stringify(trial.body)).to.equal(201);
      expect(trial.body).to.include({ status: 'trialing', active: true, payment: null, days_left: 14 });
    });

    it('renews: 200 in the window, and refuses before it opens, with the time', async () => {
      const none = await viewer.post('/subscriptions/renew');
      expect(none.status).to.equal(404);
      expect(none.body['code']).to.equal('subscriptions.no-current');
      await viewer.post('/subscriptions', { plan_id: plan.standard });
      const renewed = await viewer.post('/subscriptions/renew');
      expect(renewed.status, JSON.stringify(renewed.body)).to.equal(200);
      expect(renewed.body).to.include({ status: 'active', days_left: 60 });
      const early = await viewer.post('/subscriptions/renew');
      expect([early.status, early.body['code']]).to.deep.equal([409, 'subscriptions.renewal-too-early']);
      expect(early.body['opens_at']).to.match(/Z$/);
    });
  });
}
