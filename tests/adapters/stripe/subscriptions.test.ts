import { expect } from 'chai';
import { BILLING, UNIT_OF_WORK } from '../../../adapters/composition/keys.ts';
import type { Subscription } from '../../fakes/stripe/records.ts';
import type { Client } from '../../world/client.ts';
import { metersOf, overageBooks } from '../../world/meters.ts';
import { orderPage, payments, subscriber, toNextPeriod } from './subscriber.ts';
import { mine, startStripeWorld, type StripeWorld } from './world.ts';

/** Subscriptions that Stripe collects, from our REST face to a synthetic Stripe, over the real SDK. */
for (const placement of ['present', 'older'] as const)
  describe(`a subscription that Stripe collects, fields in their ${placement} places`, function () {
    this.timeout(30_000);
    let it_: StripeWorld;
    let planId: string;
    before(async () => {
      it_ = await startStripeWorld();
      it_.stripe.book.placement = placement;
      planId = await it_.plan();
    });
    after(() => it_.stop());
    beforeEach(() => it_.stripe.mend());

    const order = (client: Client) => orderPage(client, planId);
    const subscribed = (card: object = {}) => subscriber(it_, planId, card);
    const nextPeriod = (at: Subscription) => toNextPeriod(it_, at);

    it('is given when it was paid, with its payment and its invoice', async () => {
      const { client, at } = await subscribed();
      const subscription = await mine(client);
      expect(subscription).to.include({ active: true, status: 'active', collected_by: 'stripe' });
      expect(Date.parse(String(subscription['ends_at']))).to.equal(at.periodEnd * 1000);
      expect(await payments(client)).to.have.length(1);
      const { items } = (await client.get('/invoices')).body;
      expect(items).to.have.length(1);
      expect(items?.[0]).to.include({ total: '9.99', paid: '9.99' });
    });

    it('is nothing while nobody has paid', async () => {
      const { client } = await subscribed({ onSession: 'declined' });
      expect((await mine(client))['active']).to.equal(false);
      expect(await payments(client)).to.deep.equal([]);
    });

    it('opens the same page for the same Idempotency-Key', async () => {
      const client = await it_.world.person();
      const headers = { 'idempotency-key': 'order-1' };
      const [first, second] = [
        await client.post('/payments/checkout', { plan_id: planId }, headers),
        await client.post('/payments/checkout', { plan_id: planId }, headers),
      ];
      expect(second.body).to.deep.equal(first.body);
      expect(second.headers.get('idempotency-replayed')).to.equal('true');
    });

    it('says when Stripe does not answer, and takes the order again', async () => {
      const client = await it_.world.person();
      it_.stripe.fault({ path: /checkout\/sessions$/, kind: 'error', times: 2 });
      const asked = await client.post('/payments/checkout', { plan_id: planId });
      expect(asked.status).to.equal(503);
      expect(asked.body).to.include({ code: 'billing.provider-unavailable' });
      await order(client);
    });

    it('is refused beside a live one, and for a free plan', async () => {
      const { client } = await subscribed();
      const again = await client.post('/payments/checkout', { plan_id: planId });
      expect(again.status).to.equal(409);
      expect(again.body).to.include({ code: 'subscriptions.already-active' });
      const free = await it_.plan({ price: '0.00' });
      const person = await it_.world.person();
      const nothing = await person.post('/payments/checkout', { plan_id: free });
      expect(nothing.body).to.include({ code: 'billing.checkout-refused', reason: 'free_plan' });
      const nowhere = await person.post('/payments/checkout', { plan_id: 'none' });
      expect(nowhere.status).to.equal(404);
    });

    it('runs on, period after period, and is collected by nobody else', async () => {
      const { client, at } = await subscribed();
      metersOf(it_.world.usher).use(client.accountId, 20);
      await nextPeriod(at);
      await nextPeriod(at);
      const subscription = await mine(client);
      expect(Date.parse(String(subscription['ends_at']))).to.equal(at.periodEnd * 1000);
      expect((await payments(client)).map(({ status }) => status)).to.deep.equal(Array(3).fill('succeeded'));
      const renewed = await client.post('/subscriptions/renew', {});
      expect(renewed.body).to.include({ code: 'subscriptions.collected-elsewhere' });
      const books = await overageBooks(it_.world.usher.get(UNIT_OF_WORK), client.accountId);
      expect(books, 'no invoice of ours settles its meters').to.deep.equal({
        billed: 0,
        held: 0,
        invoiced: 0,
      });
    });

    it('is past due with a failed invoice, keeps access for the grace, and comes back when it was paid', async () => {
      const { client, at } = await subscribed({ offSession: 'declined' });
      await nextPeriod(at);
      expect(await mine(client)).to.include({ status: 'past_due', active: true });
      await it_.world.advance('P4D');
      expect(await mine(client)).to.include({ status: 'past_due', active: false });
      const method = it_.stripe.book.methods.get(at.method);
      if (method) method.behaviour = { onSession: 'ok', offSession: 'ok' };
      it_.stripe.retry(at.id);
      await it_.news();
      expect(await mine(client)).to.include({ status: 'active', active: true });
    });

    it('expires when Stripe gives the debt up', async () => {
      const { client, at } = await subscribed({ offSession: 'declined' });
      await nextPeriod(at);
      for (let tries = 0; tries < 3; tries += 1) it_.stripe.retry(at.id);
      await it_.news();
      expect(await mine(client)).to.include({ status: 'expired', active: false });
    });

    it('ends when it is cancelled at Stripe, and nothing that comes later brings it back', async () => {
      const { client, at } = await subscribed();
      const before_ = it_.stripe.book.events.length;
      it_.stripe.end(at.id);
      await it_.news();
      expect(await mine(client)).to.include({ status: 'canceled', active: false });
      await it_.stripe.deliver(it_.hook, it_.stripe.book.events.slice(before_ - 6, before_));
      await it_.world.settle();
      expect(await mine(client)).to.include({ status: 'canceled', active: false });
    });

    it('books what was given back at Stripe, however often it is told', async () => {
      const { client, at } = await subscribed();
      const intent = it_.stripe.book.invoices.get(at.latestInvoice ?? '')?.intent ?? '';
      for (const amount of [100, 250])
        await fetch(`${it_.stripe.base}/v1/refunds`, {
          method: 'POST',
          body: `payment_intent=${intent}&amount=${amount}`,
        });
      const told = it_.stripe.book.events.filter(({ type }) => type === 'charge.refunded').slice(-2);
      await it_.stripe.deliver(it_.hook, [...told].reverse());
      await it_.news();
      expect((await payments(client))[0]).to.include({
        status: 'partially_refunded',
        refunded_amount: '3.50',
      });
    });

    it('ends when its charge is disputed and lost, also when the dispute was told first', async () => {
      const client = await it_.world.person();
      const at = it_.stripe.pay(await order(client));
      const paid = it_.stripe.lose();
      const dispute = it_.stripe.dispute(it_.stripe.book.invoices.get(at?.latestInvoice ?? '')?.intent ?? '');
      it_.stripe.closeDispute(dispute, 'lost');
      await it_.news();
      await it_.stripe.deliver(it_.hook, paid);
      await it_.world.settle();
      expect((await payments(client))[0]).to.include({ status: 'disputed' });
      expect((await mine(client))['active']).to.equal(false);
      await it_.world.settle();
      expect(at?.status).to.equal('canceled');
    });

    it('is found by asking when every webhook was lost', async () => {
      const client = await it_.world.person();
      const at = it_.stripe.pay(await order(client));
      it_.stripe.lose();
      expect((await mine(client))['active']).to.equal(false);
      const admin = await it_.world.admin();
      const reconcile = () => admin.post('/payments/reconcile', { account_id: client.accountId });
      const repaired = await reconcile();
      expect(repaired.body['repaired']).to.have.length(2);
      expect(await mine(client)).to.include({ active: true, collected_by: 'stripe' });
      expect((await reconcile()).body).to.deep.include({ repaired: [], unanswered: [] });
      it_.stripe.end(at?.id ?? '');
      it_.stripe.lose();
      expect((await reconcile()).body['repaired']).to.have.length(1);
      expect((await mine(client))['active']).to.equal(false);
    });

    it('leaves a ledger that sums to nothing', async () => {
      const billing = it_.world.usher.get(BILLING);
      expect(await billing.trialBalance()).to.satisfy(
        (rows: readonly { minor: number; currency: string }[]) =>
          rows.reduce((sum, { minor }) => sum + minor, 0) === 0,
      );
    });
  });
