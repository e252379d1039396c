import { expect } from 'chai';
import type { Answer, Client, Json } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const DAY = 86_400_000;

for (const store of STORES) {
  describe(`renewals by themselves over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let month: string;
    let viewer: Client;
    let began: number;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
      month = await createPlanOn(admin, { code: 'month', grace_days: 3 });
    });
    after(() => world.stop());
    beforeEach(async () => {
      viewer = await world.person();
      began = world.now();
    });

    const subscribe = (more: object = {}): Promise<Answer> =>
      viewer.post('/subscriptions', { plan_id: month, auto_renew: true, ...more });
    const mine = async (): Promise<Json> => (await viewer.get('/subscriptions/my')).body;
    /** The clock runs on between our questions, by less than a minute. */
    const daysUntil = (time: unknown): number =>
      Number(((Date.parse(String(time)) - began) / DAY).toFixed(3));
    const payments = async (): Promise<readonly Json[]> =>
      (await viewer.get('/payments/my')).body['items'] as never;
    const statuses = async (): Promise<readonly unknown[]> => (await payments()).map(({ status }) => status);

    it('goes on by itself at the instant its term ends, for three terms', async () => {
      expect((await subscribe({ payment_method: 'pm_ok' })).status).to.equal(201);
      expect(await mine()).to.include({ auto_renew: true, payment_method: 'pm_ok' });
      await world.advance('P91D');
      expect(await mine()).to.include({ active: true, status: 'active' });
      expect(daysUntil((await mine())['ends_at'])).to.equal(120);
      expect(await statuses()).to.deep.equal(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
      const times = (await payments()).map(({ created_at: at }) => daysUntil(at));
      expect(times).to.deep.equal([90, 60, 30, 0]);
    });

    it('tells the debtor, tries again and again, and ends', async () => {
      await subscribe();
      const set = await viewer.patch('/subscriptions/my', { payment_method: 'pm_declined' });
      expect([set.status, set.body['payment_method']]).to.deep.equal([200, 'pm_declined']);
      await world.advance('P30D');
      expect(await mine()).to.include({ active: true, status: 'past_due' });
      expect(daysUntil((await mine())['retry_at'])).to.equal(32);
      await world.advance('P4D');
      expect(await mine()).to.include({ active: false, status: 'past_due' });
      expect(daysUntil((await mine())['retry_at'])).to.equal(37);
      await world.advance('P30D');
      expect(await mine()).to.include({ active: false, status: 'expired' });
      expect(await statuses()).to.deep.equal([...Array.from({ length: 5 }, () => 'failed'), 'succeeded']);
    });

    it('pays the debt with the method that took the place of the declined one', async () => {
      await subscribe({ payment_method: 'pm_ok_then_declined' });
      await world.advance('P30D');
      expect(await mine()).to.include({ status: 'past_due' });
      await viewer.patch('/subscriptions/my', { payment_method: 'pm_ok' });
      await world.advance('P2D');
      expect(await mine()).to.include({ active: true, status: 'active' });
      expect(daysUntil((await mine())['ends_at'])).to.equal(60);
    });

    it('does not charge whoever is suspended, and goes on when they are back', async () => {
      await subscribe();
      const me = (await viewer.get('/accounts/me')).body['id'];
      expect((await admin.patch(`/admin/accounts/${String(me)}`, { suspended: true })).status).to.equal(200);
      await world.advance('P30DT1H');
      const charged = (): Promise<number> =>
        world.faces.billing
          .listPayments(
            { kind: 'account', accountId: String(me), sessionId: '', isAdmin: false },
            { limit: 9 },
          )
          .then(({ items }) => items.length);
      expect(await charged()).to.equal(1);
      expect((await admin.patch(`/admin/accounts/${String(me)}`, { suspended: false })).status).to.equal(200);
      await world.advance('P1D');
      expect(await charged()).to.equal(2);
    });

    it('gives up a first payment that nobody completed, after 23 hours', async () => {
      const asked = await subscribe({ payment_method: 'pm_requires_action' });
      expect([asked.status, asked.body['status']]).to.deep.equal([201, 'incomplete']);
      await world.advance('PT23H');
      expect(await mine()).to.include({ status: 'expired', active: false });
      expect(await statuses()).to.deep.equal(['expired']);
    });

    it('refuses a method that nobody knows', async () => {
      const { status, body } = await viewer.patch('/subscriptions/my', { payment_method: 'pm_unheard_of' });
      expect([status, body['code']]).to.deep.equal([400, 'request.invalid']);
      expect((await mine())['payment_method']).to.equal(null);
    });
  });
}
