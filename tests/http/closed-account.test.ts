import { expect } from 'chai';
import { UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import type { Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

for (const store of STORES) {
  describe(`deleting an account beside a purchase over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let standard: string;
    before(async () => {
      world = await startUsher(store);
      standard = await createPlanOn(await world.admin(), { code: 'standard' });
    });
    after(() => world.stop());

    const buy = async (viewer: Client, method: string, status: string): Promise<string> => {
      const order = { plan_id: standard, payment_method: method };
      const bought = expected(await viewer.post('/payments', order), 201);
      expect(bought.body['status']).to.equal(status);
      return bought.body['id'] ?? '';
    };
    const leave = async (viewer: Client): Promise<void> =>
      void expected(await viewer.delete('/accounts/me', { password: viewer.credentials.password }), 204);

    /** Nobody can sign in and look any more, so the stores are asked. */
    const left = (viewer: Client, paymentId: string) =>
      world.usher.get(UNIT_OF_WORK).read(async ({ payments, refunds, subscriptions }) => ({
        payment: (await payments.find(paymentId))?.status,
        refunds: (await refunds.listOf(paymentId)).map(({ status, reason }) => [status, reason]),
        subscription: (await subscriptions.newest(viewer.accountId))?.status ?? null,
      }));

    const PAID_BACK = {
      payment: 'refunded',
      refunds: [['succeeded', 'billing.account-closed']],
      subscription: null,
    };

    it('pays back what is captured after the end, and starts no subscription', async () => {
      const viewer = await world.person();
      const paymentId = await buy(viewer, 'pm_timeout_after_capture', 'pending');
      await leave(viewer);
      await world.settle();
      expect(await left(viewer, paymentId)).to.include({ payment: 'pending', subscription: null });
      await world.advance('PT6M');
      expect(await left(viewer, paymentId)).to.deep.equal(PAID_BACK);
      await world.advance('P40D');
      expect(await left(viewer, paymentId)).to.deep.equal(PAID_BACK);
    });

    it('cancels what was settled before the end, and pays nothing back', async () => {
      const viewer = await world.person();
      const paymentId = await buy(viewer, 'pm_timeout_after_capture', 'pending');
      await world.advance('PT6M');
      expect(await left(viewer, paymentId)).to.include({ payment: 'succeeded', subscription: 'active' });
      await leave(viewer);
      await world.settle();
      expect(await left(viewer, paymentId)).to.deep.equal({
        payment: 'succeeded',
        refunds: [],
        subscription: 'canceled',
      });
    });

    it('leaves nothing alive when the end and the resolver come at the same time', async () => {
      const viewer = await world.person();
      const paymentId = await buy(viewer, 'pm_timeout_after_capture', 'pending');
      await Promise.all([leave(viewer), world.advance('PT6M')]);
      await world.settle();
      const { payment, subscription } = await left(viewer, paymentId);
      expect(`${payment} ${subscription}`).to.be.oneOf(['refunded null', 'succeeded canceled']);
    });

    it('refuses the purchase of whoever was let in just before the end', async () => {
      const viewer = await world.person();
      await leave(viewer);
      await world.settle();
      expect((await viewer.post('/payments', { plan_id: standard })).status).to.equal(401);
      const late: unknown = await world.faces.billing
        .purchase({
          actor: { kind: 'account', accountId: viewer.accountId, sessionId: 'of before', isAdmin: false },
          planId: standard,
          intent: 'buy',
          startsAt: null,
          paymentMethod: null,
          idempotency: undefined,
        })
        .catch((error: unknown) => error);
      expect(late).to.include({ kind: 'conflict', code: 'billing.account-closed' });
    });
  });
}
