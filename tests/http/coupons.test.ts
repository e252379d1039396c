import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const verdict = ({ status, body }: Answer): unknown => [status, body['code']];
const pointers = ({ body }: Answer): unknown =>
  (body['errors'] as unknown as readonly { pointer: string }[] | undefined)?.map(({ pointer }) => pointer);

for (const store of STORES) {
  describe(`coupons over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let admin: Client;
    let viewer: Client;
    let plan: string;
    before(async () => {
      world = await startUsher(store);
      admin = await world.admin();
      plan = await createPlanOn(admin, { code: 'standard' });
    });
    after(() => world.stop());
    beforeEach(async () => {
      viewer = await world.person();
    });
    let codes = 0;
    const make = async (changes: object = {}): Promise<{ readonly id: string; readonly code: string }> => {
      codes += 1;
      const code = `CODE_${codes}`;
      const made = await admin.post('/coupons', { code, percent_off: 12.5, ...changes });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      return { id: String(made.body['id']), code };
    };

    it('makes one and shows it: a share', async () => {
      const body = {
        code: ' summer-26 ',
        percent_off: 33.33,
        duration: 'repeating',
        duration_in_periods: 3,
        max_redemptions: 100,
        redeem_by: '2099-01-01T00:00:00Z',
        plan_ids: [plan],
      };
      const made = await admin.post('/coupons', body);
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      expect(made.body).to.deep.include({
        ...body,
        code: 'SUMMER-26',
        name: 'SUMMER-26',
        amount_off: null,
        currency: null,
        redeem_by: '2099-01-01T00:00:00.000Z',
        times_redeemed: 0,
        is_active: true,
      });
      expect((await admin.get(`/coupons/${made.body['id']}`)).body).to.deep.equal(made.body);
      const { items } = (await admin.get('/coupons')).body as never as { items: readonly object[] };
      expect(items[0]).to.deep.equal(made.body);
    });

    it('makes one and shows it: an amount', async () => {
      const made = await admin.post('/coupons', { code: 'yen', amount_off: '500', currency: 'JPY' });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      expect(made.body).to.include({
        amount_off: '500',
        currency: 'JPY',
        percent_off: null,
        duration: 'once',
      });
      expect(made.body).to.include({ max_redemptions: null, redeem_by: null, plan_ids: null });
    });

    it('refuses what is no coupon, field by field', async () => {
      const wrong: readonly (readonly [object, readonly string[]])[] = [
        [{ code: 'ab', percent_off: 10 }, ['/code']],
        [{ code: 'a b c', percent_off: 10 }, ['/code']],
        [{ percent_off: 10 }, ['/code']],
        [{ code: 'wrong' }, ['/percent_off']],
        [{ code: 'wrong', percent_off: 10, amount_off: '1.00', currency: 'USD' }, ['/percent_off']],
        [{ code: 'wrong', percent_off: 0 }, ['/percent_off']],
        [{ code: 'wrong', percent_off: 0.005 }, ['/percent_off']],
        [{ code: 'wrong', percent_off: 12.345 }, ['/percent_off']],
        [{ code: 'wrong', percent_off: 100.01 }, ['/percent_off']],
        [{ code: 'wrong', amount_off: '1.00' }, ['/currency']],
        [{ code: 'wrong', amount_off: '1.001', currency: 'USD' }, ['/amount_off']],
        [{ code: 'wrong', amount_off: '0.00', currency: 'USD' }, ['/amount_off']],
        [{ code: 'wrong', percent_off: 10, currency: 'USD' }, ['/currency']],
        [{ code: 'wrong', percent_off: 10, duration: 'repeating' }, ['/duration_in_periods']],
        [{ code: 'wrong', percent_off: 10, duration: 'sometimes' }, ['/duration']],
        [{ code: 'wrong', percent_off: 10, duration_in_periods: 2 }, ['/duration_in_periods']],
        [{ code: 'wrong', percent_off: 10, max_redemptions: 0 }, ['/max_redemptions']],
        [{ code: 'wrong', percent_off: 10, redeem_by: 'soon' }, ['/redeem_by']],
        [{ code: 'wrong', percent_off: 10, plan_ids: [] }, ['/plan_ids']],
        [{ code: 'wrong', percent_off: 10, plan_ids: [plan, 'none'] }, ['/plan_ids/1']],
      ];
      for (const [body, at] of wrong) {
        const answer = await admin.post('/coupons', body);
        expect(verdict(answer), JSON.stringify(body)).to.deep.equal([400, 'request.invalid']);
        expect(pointers(answer), JSON.stringify(body)).to.deep.equal(at);
      }
    });

    it('refuses a code in use', async () => {
      const { code } = await make();
      const again = await admin.post('/coupons', { code: code.toLowerCase(), percent_off: 1 });
      expect(verdict(again)).to.deep.equal([409, 'billing.coupon-code-taken']);
    });

    it('changes who may still use it, and nothing else', async () => {
      const { id, code } = await make({ max_redemptions: 5 });
      for (const each of [viewer, await world.person()])
        expect((await each.post('/payments', { plan_id: plan, coupon: code })).status).to.equal(201);
      const low = await admin.patch(`/coupons/${id}`, { max_redemptions: 1 });
      expect(verdict(low)).to.deep.equal([409, 'billing.coupon-below-redeemed']);
      expect(low.body['redeemed']).to.equal(2);
      const body = { name: 'Two', max_redemptions: 2, redeem_by: null, is_active: false, percent_off: 99 };
      const changed = await admin.patch(`/coupons/${id}`, { ...body, code: 'other' });
      expect(changed.status, JSON.stringify(changed.body)).to.equal(200);
      expect(changed.body).to.include({ ...body, percent_off: 12.5, code, times_redeemed: 2 });
      expect(verdict(await admin.patch(`/coupons/${id}`, { max_redemptions: 0 }))).to.deep.equal([
        400,
        'request.invalid',
      ]);
    });

    it('is for admins alone, and nobody deletes one', async () => {
      const { id } = await make();
      const forbidden = [403, 'request.forbidden'];
      expect(verdict(await viewer.get('/coupons'))).to.deep.equal(forbidden);
      expect(verdict(await viewer.get(`/coupons/${id}`))).to.deep.equal(forbidden);
      expect(verdict(await viewer.post('/coupons', { code: 'mine', percent_off: 100 }))).to.deep.equal(
        forbidden,
      );
      expect(verdict(await viewer.patch(`/coupons/${id}`, {}))).to.deep.equal(forbidden);
      expect((await world.anonymous().get('/coupons')).status).to.equal(401);
      const removal = await admin.delete(`/coupons/${id}`);
      expect(verdict(removal)).to.deep.equal([405, 'request.method-not-allowed']);
    });

    it('takes it off what is bought, and off the invoice', async () => {
      const { id, code } = await make({ amount_off: '5.00', currency: 'USD', percent_off: undefined });
      const bought = await viewer.post('/payments', { plan_id: plan, coupon: code.toLowerCase() });
      expect(bought.status, JSON.stringify(bought.body)).to.equal(201);
      expect(bought.body).to.include({ status: 'succeeded', amount: '4.99' });
      const invoice = await viewer.get(`/invoices/${bought.body['invoice_id']}`);
      const lines = invoice.body['lines'] as unknown as readonly { kind: string; amount: string }[];
      expect(lines.map(({ kind, amount }) => [kind, amount])).to.deep.equal([
        ['plan', '9.99'],
        ['discount', '-5.00'],
      ]);
      expect((await admin.get(`/coupons/${id}`)).body['times_redeemed']).to.equal(1);
    });

    it('buys for nothing with all of it off', async () => {
      const { code } = await make({ percent_off: 100 });
      const bought = await viewer.post('/subscriptions', { plan_id: plan, coupon: code });
      expect(bought.status, JSON.stringify(bought.body)).to.equal(201);
      expect(bought.body).to.include({ active: true });
      expect((await viewer.get('/payments/my')).body['items']?.[0]).to.include({ amount: '0.00' });
    });

    it('refuses one that cannot be used, with the reason, and leaves no payment behind', async () => {
      const other = await createPlanOn(admin, { code: 'other' });
      const free = await createPlanOn(admin, { code: 'free', price: '0.00' });
      const used = await make();
      const renewing = await world.person();
      await renewing.post('/payments', { plan_id: plan, coupon: used.code });
      const one = await make({ max_redemptions: 1 });
      await (await world.person()).post('/payments', { plan_id: plan, coupon: one.code });
      const cases: readonly (readonly [Client, object, string])[] = [
        [viewer, { coupon: 'NEVER-HEARD-OF' }, 'unknown'],
        [viewer, { coupon: (await make({ is_active: false })).code }, 'inactive'],
        [viewer, { coupon: (await make({ redeem_by: '2020-01-01T00:00:00Z' })).code }, 'expired'],
        [viewer, { coupon: one.code }, 'exhausted'],
        [viewer, { coupon: (await make({ plan_ids: [other] })).code }, 'plan'],
        [
          viewer,
          { coupon: (await make({ amount_off: '1.00', currency: 'EUR', percent_off: undefined })).code },
          'currency',
        ],
        [viewer, { coupon: (await make()).code, plan_id: free }, 'nothing_to_pay'],
        [renewing, { coupon: used.code }, 'used'],
      ];
      for (const [client, body, reason] of cases) {
        const refused = await client.post('/payments', { plan_id: plan, ...body });
        expect(verdict(refused), reason).to.deep.equal([409, 'billing.coupon-not-applicable']);
        expect(refused.body['reason']).to.equal(reason);
      }
      expect((await viewer.get('/payments/my')).body['items']).to.deep.equal([]);
    });

    it('gives it back with a payment that was declined', async () => {
      const { id, code } = await make({ max_redemptions: 1 });
      const declined = await viewer.post('/payments', {
        plan_id: plan,
        coupon: code,
        payment_method: 'pm_declined',
      });
      expect(declined.status).to.equal(402);
      expect((await admin.get(`/coupons/${id}`)).body['times_redeemed']).to.equal(0);
      expect((await viewer.post('/payments', { plan_id: plan, coupon: code })).body['amount']).to.equal(
        '8.74',
      );
    });

    it('is in the audit log, made and changed', async () => {
      const { id, code } = await make();
      await admin.patch(`/coupons/${id}`, { name: 'Noted' });
      const { items } = (await admin.get('/admin/audit-log')).body as never as {
        items: readonly { action: string; object: string; actor: string }[];
      };
      const lines = items.slice(0, 2).map(({ action, object, actor }) => [action, object, actor]);
      const by = `account:${admin.accountId}`;
      expect(lines).to.deep.equal([
        ['coupon.change', `coupon:${id}`, by],
        ['coupon.create', `coupon:${code}`, by],
      ]);
    });
  });
}
