import { expect } from 'chai';
import type { Client } from '../world/client.ts';
import { metersOf, type TurnedMeters } from '../world/meters.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

for (const store of STORES) {
  describe(`invoices over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let meters: TurnedMeters;
    let plan: { standard: string; premium: string; free: string; tasting: string; weekly: string };
    before(async () => {
      world = await startUsher(store);
      meters = metersOf(world.usher);
      const admin = await world.admin();
      plan = {
        standard: await createPlanOn(admin, { code: 'standard' }),
        premium: await createPlanOn(admin, { code: 'premium', price: '19.99', access_level: 'premium' }),
        free: await createPlanOn(admin, { code: 'free', price: '0.00', access_level: 'free' }),
        tasting: await createPlanOn(admin, { code: 'tasting', trial_days: 14 }),
        weekly: await createPlanOn(admin, { code: 'weekly', price: '2.99', validity_days: 7 }),
      };
    });
    after(() => world.stop());
    let viewer: Client;
    beforeEach(async () => {
      viewer = await world.person();
    });
    const buy = (planId = plan.standard) => viewer.post('/payments', { plan_id: planId });
    const invoices = async () =>
      (await viewer.get('/invoices')).body['items'] as unknown as readonly Record<string, unknown>[];

    it('lists what was bought, and shows each to its payer alone', async () => {
      const { body: payment } = await buy();
      const [invoice, ...more] = await invoices();
      expect(more).to.deep.equal([]);
      expect(invoice).to.deep.include({
        id: payment['invoice_id'],
        payment_id: payment['id'],
        currency: 'USD',
        subtotal: '9.99',
        discount: '0.00',
        credit: '0.00',
        total: '9.99',
        balance_used: '0.00',
        balance_added: '0.00',
        paid: '9.99',
        refunded: '0.00',
      });
      expect(invoice?.['number']).to.match(/^\d{4}-\d{6}$/);
      expect(invoice?.['lines']).to.have.length(1);
      const { body: me } = await viewer.get('/accounts/me');
      expect(invoice?.['bill_to']).to.include({ email: me['email'] });
      const path = `/invoices/${String(invoice?.['id'])}`;
      expect((await viewer.get(path)).body).to.deep.equal(invoice);
      const other = await world.person();
      const admin = await world.admin();
      for (const [who, at] of [
        [other, path],
        [admin, path],
        [viewer, '/invoices/none'],
        [other, `${path}.pdf`],
        [viewer, '/invoices/none.pdf'],
      ] as const) {
        const answer = await who.get(at);
        expect([answer.status, answer.body['code']], at).to.deep.equal([404, 'request.not-found']);
      }
    });

    it('shows what was used over the limits, in a line of its own, and charges it', async () => {
      meters.use(viewer.accountId, 1_250);
      const { body: payment } = await buy();
      expect(payment).to.include({ status: 'succeeded', amount: '72.49' });
      const [invoice] = await invoices();
      expect(invoice).to.include({ subtotal: '72.49', discount: '0.00', total: '72.49', paid: '72.49' });
      expect((invoice?.['lines'] as unknown[])[1]).to.deep.equal({
        ...{ kind: 'overage', description: '1,250 × downloads over the limit' },
        ...{ start: null, end: null, amount: '62.50' },
      });
    });

    it('gives one out as PDF', async () => {
      meters.use(viewer.accountId, 1);
      await buy();
      const [invoice] = await invoices();
      const answer = await fetch(`${world.base}/api/v1/invoices/${String(invoice?.['id'])}.pdf`, {
        headers: { authorization: `Bearer ${viewer.token ?? ''}` },
      });
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.equal('application/pdf');
      expect(answer.headers.get('content-disposition')).to.equal(
        `attachment; filename="invoice-${String(invoice?.['number'])}.pdf"`,
      );
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(answer.headers.get('content-length')).to.equal(String(bytes.length));
      expect(bytes.subarray(0, 5).toString()).to.equal('%PDF-');
      expect(bytes.toString('latin1').trimEnd().endsWith('%%EOF')).to.equal(true);
    });

    it('invoices what is free, and not a trial', async () => {
      const { body: free } = await buy(plan.free);
      expect(free['invoice_id']).to.be.a('string');
      expect((await invoices())[0]).to.include({ total: '0.00', paid: '0.00' });
      viewer = await world.person();
      await viewer.post('/subscriptions', { plan_id: plan.tasting });
      expect(await invoices()).to.deep.equal([]);
    });

    it('previews a change of plan, and charges what it said', async () => {
      await buy();
      await world.advance('P10D');
      const wanted = { plan_id: plan.premium, when: 'now', proration: 'prorate' };
      const preview = await viewer.post('/subscriptions/change', { ...wanted, preview: true });
      expect(preview.status, JSON.stringify(preview.body)).to.equal(200);
      expect(preview.body['payment']).to.equal(null);
      expect((await invoices()).length).to.equal(1);
      const cost = preview.body['invoice'] as unknown as Record<string, unknown>;
      expect(cost['due_now']).to.match(/^\d+\.\d\d$/);
      await world.advance('PT20M');
      const changed = await viewer.post('/subscriptions/change', {
        ...wanted,
        proration_date: cost['proration_date'],
      });
      expect(changed.status, JSON.stringify(changed.body)).to.equal(200);
      expect(changed.body['invoice']).to.deep.equal(cost);
      expect(changed.body['payment']).to.include({ status: 'succeeded', amount: cost['due_now'] });
      expect(changed.body['subscription']?.['plan']).to.include({ code: 'premium' });
      const [newest] = await invoices();
      expect(newest).to.deep.include({ lines: cost['lines'], total: cost['total'], paid: cost['due_now'] });
    });

    it('previews what was used over the limits with a change that begins a new term, and charges it', async () => {
      await buy();
      meters.use(viewer.accountId, 1_250);
      await world.advance('P10D');
      const wanted = { plan_id: plan.weekly, when: 'now', proration: 'full' };
      const preview = await viewer.post('/subscriptions/change', { ...wanted, preview: true });
      const cost = preview.body['invoice'] as unknown as Record<string, unknown>;
      expect(cost).to.include({ subtotal: '65.49', credit: '0.00', due_now: '65.49' });
      expect((cost['lines'] as unknown[])[1]).to.deep.equal({
        ...{ kind: 'overage', description: '1,250 × downloads over the limit' },
        ...{ start: null, end: null, amount: '62.50' },
      });
      const { proration_date } = cost;
      const changed = await viewer.post('/subscriptions/change', { ...wanted, proration_date });
      expect(changed.status, JSON.stringify(changed.body)).to.equal(200);
      expect(changed.body['invoice']).to.deep.equal(cost);
      expect(changed.body['payment']).to.include({ status: 'succeeded', amount: '65.49' });
      expect((await invoices())[0]).to.deep.include({ lines: cost['lines'], paid: '65.49' });
    });

    it('leaves credit on the balance, which is shown and exported', async () => {
      await buy(plan.premium);
      await world.advance('P10D');
      const changed = await viewer.post('/subscriptions/change', { plan_id: plan.standard, when: 'now' });
      const cost = changed.body['invoice'] as unknown as Record<string, unknown>;
      expect(cost).to.include({ due_now: '0.00' });
      const { body } = await viewer.get('/payments/balance');
      expect(body).to.deep.equal({ items: [{ currency: 'USD', amount: cost['balance_added'] }] });
      const { body: all } = await viewer.get('/accounts/me/export');
      expect(all['balance']).to.deep.equal(body['items']);
      expect(all['invoices']).to.deep.equal(await invoices());
    });

    it('takes a return address of https or of this machine, and no other', async () => {
      const taken = ['https://example.com/back?a=1', 'http://localhost:3000/', 'http://localhost/x'];
      const refused = [
        'http://example.com/',
        'http://localhost.example.com/',
        'https://user:secret@example.com/',
        'javascript:alert(1)',
        '/relative',
        `https://example.com/${'x'.repeat(2_000)}`,
        17,
      ];
      for (const url of taken) {
        viewer = await world.person();
        const answer = await viewer.post('/payments', { plan_id: plan.free, return_url: url });
        expect(answer.status, url).to.equal(201);
      }
      for (const url of refused) {
        const answer = await viewer.post('/payments', { plan_id: plan.free, return_url: url });
        expect([answer.status, answer.body['code']], String(url)).to.deep.equal([400, 'request.invalid']);
      }
    });
  });
}
