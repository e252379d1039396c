import { expect } from 'chai';
import type { Subscription } from '../../fakes/stripe/records.ts';
import type { Client } from '../../world/client.ts';
import { orderPage, payments, subscriber, toNextPeriod } from './subscriber.ts';
import { mine, startStripeWorld, type StripeWorld } from './world.ts';

/** What ends a subscription that Stripe collects, from our side: wishes that Stripe is told, and one too many. */
for (const placement of ['present', 'older'] as const)
  describe(`the end of a subscription that Stripe collects, fields in their ${placement} places`, function () {
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

    describe('cancelled here', () => {
      it('at its end: Stripe is told, and the end comes from there', async () => {
        const { client, at } = await subscribed();
        expect((await client.post('/subscriptions/cancel', {})).status).to.equal(200);
        await it_.world.settle();
        expect(at.cancelAtPeriodEnd).to.equal(true);
        await it_.news();
        expect(await mine(client)).to.include({ cancel_at_period_end: true, active: true });
        await nextPeriod(at);
        expect(await mine(client)).to.include({ status: 'canceled', active: false });
      });

      it('and taken back: Stripe is told again', async () => {
        const { client, at } = await subscribed();
        await client.post('/subscriptions/cancel', {});
        await it_.world.settle();
        expect((await client.post('/subscriptions/resume', {})).status).to.equal(200);
        await it_.world.settle();
        expect(at.cancelAtPeriodEnd).to.equal(false);
        await it_.news();
        expect(await mine(client)).to.include({ cancel_at_period_end: false, active: true });
      });

      it('now: it is over at once on both sides', async () => {
        const { client, at } = await subscribed();
        await client.post('/subscriptions/cancel', { at: 'now' });
        expect((await mine(client))['active']).to.equal(false);
        await it_.world.settle();
        expect(at.status).to.equal('canceled');
        await it_.news();
        expect(await mine(client)).to.include({ status: 'canceled' });
      });

      it('while Stripe is silent: it is told later, and older news does not undo the wish', async () => {
        const { client, at } = await subscribed();
        it_.stripe.fault({
          path: new RegExp(`POST /v1/subscriptions/${at.id}`),
          kind: 'timeout-before',
          times: 2,
        });
        await client.post('/subscriptions/cancel', {});
        await it_.world.settle();
        expect(at.cancelAtPeriodEnd).to.equal(false);
        const old = it_.stripe.book.events
          .filter(({ type }) => type === 'customer.subscription.updated')
          .at(-1);
        if (old) await it_.stripe.deliver(it_.hook, [{ ...old, id: `${old.id}x` }]);
        await it_.world.settle();
        expect(await mine(client)).to.include({ cancel_at_period_end: true });
        await it_.world.advance('PT10M');
        expect(at.cancelAtPeriodEnd).to.equal(true);
      });
    });

    it('ordered twice is one: the other is cancelled at Stripe and its money goes back (better-auth#7239)', async () => {
      const client = await it_.world.person();
      const pages = [await order(client), await order(client)];
      const [first, second] = pages.map((page) => it_.stripe.pay(page));
      await it_.news();
      await it_.world.settle();
      expect(first?.status).to.equal('active');
      expect(second?.status).to.equal('canceled');
      await it_.news();
      expect(await mine(client)).to.include({ active: true, collected_by: 'stripe' });
      expect((await payments(client)).map(({ status }) => status).sort()).to.deep.equal([
        'refunded',
        'succeeded',
      ]);
      const { refunds } = it_.stripe.book;
      const intent = it_.stripe.book.invoices.get(second?.latestInvoice ?? '')?.intent ?? '';
      expect([...refunds.values()].filter((refund) => refund.intent === intent)).to.have.length(1);
    });

    it('beside one that we collect is cancelled, and its money goes back', async () => {
      const client = await it_.world.person();
      const page = await order(client);
      await client.post('/payments', { plan_id: planId, payment_method: 'pm_card_visa' });
      const other = it_.stripe.pay(page);
      await it_.news();
      await it_.world.settle();
      expect(other?.status).to.equal('canceled');
      expect(await mine(client)).to.include({ active: true, collected_by: 'usher' });
    });
  });
