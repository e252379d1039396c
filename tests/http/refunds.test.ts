import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const verdict = ({ status, body }: Answer): unknown => [status, body['code']];

for (const store of STORES) {
  describe(`refunds over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let viewer: Client;
    let plan: string;
    let payment: string;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
      plan = await createPlanOn(admin, { code: 'standard' });
    });
    after(() => world.stop());
    beforeEach(async () => {
      viewer = await world.person();
      payment = String((await viewer.post('/payments', { plan_id: plan })).body['id']);
    });
    const refund = (body: object = {}, headers?: Readonly<Record<string, string>>): Promise<Answer> =>
      admin.post(`/payments/${payment}/refunds`, body, headers);
    const shown = async (): Promise<Answer['body']> => (await viewer.get(`/payments/my/${payment}`)).body;

    it('gives back a part and then the rest, and keeps access', async () => {
      const part = await refund({ amount: '4.00', reason: 'a bad week' });
      expect(part.status, JSON.stringify(part.body)).to.equal(201);
      expect(part.body).to.include({
        payment_id: payment,
        amount: '4.00',
        currency: 'USD',
        status: 'succeeded',
        reason: 'a bad week',
        failure_reason: null,
      });
      expect(part.body['created_at']).to.match(/Z$/);
      expect(await shown()).to.include({ status: 'partially_refunded', refunded_amount: '4.00' });
      const rest = await refund();
      expect(rest.body).to.include({ amount: '5.99', status: 'succeeded', reason: 'requested' });
      expect(await shown()).to.include({ status: 'refunded', refunded_amount: '9.99', dispute: null });
      expect((await viewer.get('/subscriptions/my')).body['active']).to.equal(true);
      const { items } = (await viewer.get(`/payments/${payment}/refunds`)).body as never as {
        items: readonly { id: string }[];
      };
      expect(items.map(({ id }) => id)).to.have.members([part.body['id'], rest.body['id']]);
      const invoice = await viewer.get(`/invoices/${(await shown())['invoice_id']}`);
      expect(invoice.body).to.include({ refunded: '9.99' });
    });

    it('ends access when it is told to', async () => {
      expect((await refund({ end_access: true })).status).to.equal(201);
      expect((await viewer.get('/subscriptions/my')).body['active']).to.equal(false);
    });

    it('refuses more than is left, and says how much is', async () => {
      await refund({ amount: '9.00' });
      const refused = await refund({ amount: '1.00' });
      expect(verdict(refused)).to.deep.equal([409, 'billing.refund-exceeds-payment']);
      expect(refused.body).to.include({ refundable: '0.99', currency: 'USD' });
    });

    it('refuses what can give nothing back', async () => {
      await refund();
      const again = await refund();
      expect(verdict(again)).to.deep.equal([409, 'billing.payment-not-refundable']);
      expect(again.body['payment_status']).to.equal('refunded');
    });

    it('refuses what is no amount', async () => {
      for (const amount of ['0.00', '-1.00', '1.001', 'much', 5, null])
        expect(verdict(await refund({ amount })), String(amount)).to.deep.equal([400, 'request.invalid']);
      for (const body of [{ end_access: 'yes' }, { reason: '' }, { reason: 'x'.repeat(201) }])
        expect(verdict(await refund(body)), JSON.stringify(body)).to.deep.equal([400, 'request.invalid']);
      expect(await shown()).to.include({ status: 'succeeded', refunded_amount: '0.00' });
    });

    it('refunds once for an Idempotency-Key, and replays to the letter', async () => {
      const key = { 'idempotency-key': `desk ${payment}` };
      const first = await refund({ amount: '1.00' }, key);
      const again = await refund({ amount: '1.00' }, key);
      expect([again.status, again.body]).to.deep.equal([201, first.body]);
      expect(again.headers.get('idempotency-replayed')).to.equal('true');
      expect(verdict(await refund({ amount: '2.00' }, key))).to.deep.equal([
        422,
        'idempotency.other-request',
      ]);
      expect(await shown()).to.include({ refunded_amount: '1.00' });
    });

    it('is for admins to make; to see, also for who paid', async () => {
      const path = `/payments/${payment}/refunds`;
      expect(verdict(await viewer.post(path))).to.deep.equal([403, 'request.forbidden']);
      expect((await world.anonymous().post(path)).status).to.equal(401);
      expect((await admin.get(path)).body).to.deep.equal({ items: [], next_cursor: null });
      expect((await viewer.get(path)).status).to.equal(200);
      const stranger = await world.person();
      expect(verdict(await stranger.get(path))).to.deep.equal([404, 'request.not-found']);
      expect(verdict(await admin.post('/payments/none/refunds'))).to.deep.equal([404, 'request.not-found']);
    });

    it('is in the audit log of who paid', async () => {
      await refund({ amount: '1.00' });
      const log = await admin.get(`/admin/audit-log?account_id=${viewer.accountId}`);
      expect(log.body['items']?.[0]).to.include({
        action: 'payment.refund',
        object: `payment:${payment}`,
        actor: `account:${admin.accountId}`,
      });
    });
  });
}
