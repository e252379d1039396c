import { expect } from 'chai';
import { STORES } from '../../world/stores.ts';
import { payments, subscriber, toNextPeriod } from './subscriber.ts';
import { mine, startStripeWorld, type StripeWorld } from './world.ts';

for (const store of STORES)
  describe(`Stripe's subscriptions on ${store}`, function () {
    this.timeout(60_000);
    let it_: StripeWorld;
    before(async () => {
      it_ = await startStripeWorld(store);
    });
    after(() => it_.stop());

    it('are mirrored, renewed, cancelled here and told to Stripe, and end there', async () => {
      const { client, at } = await subscriber(it_, await it_.plan());
      await toNextPeriod(it_, at);
      expect(await payments(client)).to.have.length(2);
      await client.post('/subscriptions/cancel', {});
      await it_.world.settle();
      expect(at.cancelAtPeriodEnd).to.equal(true);
      await toNextPeriod(it_, at);
      expect(await mine(client)).to.include({ status: 'canceled', active: false });
    });

    it('are one, with one payment, when each event comes ten times at once', async () => {
      const client = await it_.world.person();
      const page = await client.post('/payments/checkout', { plan_id: await it_.plan() });
      it_.stripe.pay(String(page.body['checkout_url']));
      const events = it_.stripe.lose();
      const { billing } = it_.world.faces;
      await Promise.all(
        events.flatMap((event) =>
          Array.from({ length: 10 }, async () => {
            expect(await it_.stripe.deliver(it_.hook, [event])).to.deep.equal([200]);
            await billing.processProviderEvent({ provider: 'stripe', id: event.id });
          }),
        ),
      );
      await it_.world.settle();
      expect(await payments(client)).to.have.length(1);
      expect((await client.get('/invoices')).body['items']).to.have.length(1);
      expect(await mine(client)).to.include({ active: true, collected_by: 'stripe' });
    });
  });
