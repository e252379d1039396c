import { expect } from 'chai';
import type { Client } from '../../world/client.ts';
import { mine, startStripeWorld, type StripeWorld } from './world.ts';

/** Payments in Stripe's payment mode, from our REST face to a synthetic Stripe, over the real SDK. */
describe('paying through Stripe', function () {
  this.timeout(30_000);
  let it_: StripeWorld;
  let planId: string;
  before(async () => {
    it_ = await startStripeWorld();
    planId = await it_.plan();
  });
  after(() => it_.stop());

  beforeEach(() => it_.stripe.mend());

  const person = (): Promise<Client> => it_.world.person();
  const pageOf = async (client: Client, body: object = {}): Promise<string> => {
    const asked = await client.post('/payments', { plan_id: planId, ...body });
    expect(asked.status, JSON.stringify(asked.body)).to.equal(201);
    expect(asked.body['status']).to.equal('requires_action');
    return String(asked.body['checkout_url']);
  };
  const newest = async (client: Client): Promise<Record<string, unknown>> =>
    (await client.get('/payments/my')).body['items']?.[0] as unknown as Record<string, unknown>;
  const intentOf = (client: Client): string => {
    const found = [...it_.stripe.book.intents.values()].findLast(
      ({ metadata }) => metadata['account_id'] === client.accountId,
    );
    if (!found) throw new Error('no intent');
    return found.id;
  };

  it('sends the payer to a page, and gives the plan when the page was paid', async () => {
    const client = await person();
    const url = await pageOf(client);
    expect((await mine(client))['status']).to.equal('incomplete');
    expect((await mine(client))['active']).to.equal(false);
    it_.stripe.pay(url);
    await it_.news();
    expect((await mine(client))['active']).to.equal(true);
    expect(await newest(client)).to.include({ status: 'succeeded', amount: '9.99' });
    const { items } = (await client.get('/invoices')).body;
    expect(items).to.have.length(1);
  });

  it('tells Stripe our key: as Idempotency-Key, as reference and as metadata', async () => {
    const client = await person();
    const url = await pageOf(client);
    const session = [...it_.stripe.book.sessions.values()].find(({ id }) => url.endsWith(id));
    const { id } = await newest(client);
    expect(session).to.deep.include({ reference: `usher-${String(id)}`, amount: 999, currency: 'usd' });
    expect(session?.metadata).to.deep.equal({ key: `usher-${String(id)}`, account_id: client.accountId });
  });

  it('leaves the page open when the card is declined there, and takes the next one', async () => {
    const client = await person();
    const url = await pageOf(client);
    it_.stripe.pay(url, { onSession: 'declined' });
    await it_.news();
    expect(await newest(client)).to.include({ status: 'requires_action' });
    it_.stripe.pay(url);
    await it_.news();
    expect(await newest(client)).to.include({ status: 'succeeded' });
  });

  it('refuses a stored card that is declined, in the word of the bank', async () => {
    const client = await person();
    const asked = await client.post('/payments', {
      plan_id: planId,
      payment_method: 'pm_card_chargeDeclined',
    });
    expect(asked.status).to.equal(402);
    expect(asked.body).to.include({ code: 'billing.payment-declined', reason: 'insufficient_funds' });
    expect(await newest(client)).to.include({ status: 'failed' });
  });

  it('refuses a method that Stripe does not know, and says which', async () => {
    const client = await person();
    const nowhere = await client.post('/payments', { plan_id: planId, payment_method: 'pm_gone' });
    expect(nowhere.status).to.equal(402);
    expect(nowhere.body['reason']).to.equal('resource_missing');
    const noMethod = await client.post('/payments', { plan_id: planId, payment_method: 'card' });
    expect(noMethod.status).to.equal(400);
  });

  it('asks for the second factor, and gives the plan once it was passed', async () => {
    const client = await person();
    const url = await pageOf(client, { payment_method: 'pm_card_authenticationRequired' });
    it_.stripe.act(url, true);
    await it_.news();
    expect((await mine(client))['active']).to.equal(true);
  });

  it('fails the payment when the second factor was not passed', async () => {
    const client = await person();
    const url = await pageOf(client, { payment_method: 'pm_card_authenticationRequired' });
    it_.stripe.act(url, false);
    await it_.news();
    expect(await newest(client)).to.include({ status: 'failed' });
    expect((await mine(client))['active']).to.equal(false);
  });

  it('gives part back, and all of it, and hears of what was given back at Stripe', async () => {
    const client = await person();
    it_.stripe.pay(await pageOf(client));
    await it_.news();
    const admin = await it_.world.admin();
    const { id } = await newest(client);
    const part = await admin.post(`/payments/${String(id)}/refunds`, { amount: '2.00' });
    expect(part.body, JSON.stringify(part.body)).to.include({ status: 'succeeded', amount: '2.00' });
    // Its own event comes behind, and adds nothing.
    await it_.news();
    expect(await newest(client)).to.include({ status: 'partially_refunded', refunded_amount: '2.00' });
    const intent = intentOf(client);
    await fetch(`${it_.stripe.base}/v1/refunds`, {
      method: 'POST',
      body: `payment_intent=${intent}&amount=300`,
    });
    await it_.news();
    expect(await newest(client)).to.include({ refunded_amount: '5.00' });
    const rest = await admin.post(`/payments/${String(id)}/refunds`, {});
    expect(rest.body).to.include({ amount: '4.99', status: 'succeeded' });
    expect(await newest(client)).to.include({ status: 'refunded' });
    expect(it_.stripe.book.refundedOf(intent)).to.equal(999);
  });

  it('keeps access while a payment is disputed, and ends it when the dispute is lost', async () => {
    const client = await person();
    it_.stripe.pay(await pageOf(client));
    await it_.news();
    const dispute = it_.stripe.dispute(intentOf(client));
    await it_.news();
    expect(await newest(client)).to.include({ status: 'disputed' });
    expect((await mine(client))['active']).to.equal(true);
    it_.stripe.closeDispute(dispute, 'lost');
    await it_.news();
    expect((await mine(client))['active']).to.equal(false);
  });

  describe('when Stripe does not answer', () => {
    const FAULTY = { path: /^POST \/v1\/payment_intents$/, times: 2 };
    for (const kind of ['timeout-before', 'timeout-after', 'error'] as const) {
      it(`charges once after a ${kind}: the outcome is open, and then asked for under the same key`, async () => {
        const client = await person();
        it_.stripe.fault({ ...FAULTY, kind });
        const asked = await client.post('/payments', { plan_id: planId, payment_method: 'pm_card_visa' });
        expect(asked.status).to.equal(201);
        expect(asked.body['status']).to.equal('pending');
        await it_.world.advance('PT6M');
        expect(await newest(client)).to.include({ status: 'succeeded' });
        const charged = [...it_.stripe.book.intents.values()].filter(
          ({ metadata, charge }) => metadata['account_id'] === client.accountId && charge !== null,
        );
        expect(charged).to.have.length(1);
      });
    }
  });

  it('looks a charge up by our key once Stripe has forgotten the Idempotency-Key', async () => {
    const client = await person();
    it_.stripe.fault({ path: /^POST \/v1\/payment_intents$/, kind: 'timeout-after', times: 99 });
    await client.post('/payments', { plan_id: planId, payment_method: 'pm_card_visa' });
    await it_.world.advance('P3D');
    expect(await newest(client)).to.include({ status: 'succeeded' });
    const { book } = it_.stripe;
    expect(
      [...book.intents.values()].filter(({ metadata }) => metadata['account_id'] === client.accountId),
    ).to.have.length(1);
  });

  it('closes a page that nobody paid for 23 hours, so that nobody can', async () => {
    const client = await person();
    const url = await pageOf(client);
    await it_.world.advance('PT24H');
    expect(await newest(client)).to.include({ status: 'expired' });
    expect(() => it_.stripe.pay(url)).to.throw('expired');
    await it_.news();
    expect(await newest(client)).to.include({ status: 'expired' });
    expect((await mine(client))['status']).to.equal('expired');
  });

  it('learns of lost webhooks by asking', async () => {
    const client = await person();
    it_.stripe.pay(await pageOf(client));
    expect(it_.stripe.lose()).to.not.have.length(0);
    expect((await mine(client))['active']).to.equal(false);
    const admin = await it_.world.admin();
    const repaired = await admin.post('/payments/reconcile', { account_id: client.accountId });
    expect(repaired.status).to.equal(200);
    expect(repaired.body['repaired']).to.have.length(2);
    expect((await mine(client))['active']).to.equal(true);
    const again = await admin.post('/payments/reconcile', { account_id: client.accountId });
    expect(again.body).to.deep.include({ repaired: [], unanswered: [] });
  });

  describe('renewing by itself', () => {
    const subscribe = async (card: object = {}): Promise<Client> => {
      const client = await person();
      const asked = await client.post('/subscriptions', { plan_id: planId, auto_renew: true });
      expect(asked.status, JSON.stringify(asked.body)).to.equal(201);
      const url = asked.body['checkout_url'] ?? asked.body['payment']?.['checkout_url'];
      it_.stripe.pay(String(url), card);
      await it_.news();
      expect((await mine(client))['active']).to.equal(true);
      return client;
    };

    it('charges the card of the first page again, with nobody there', async () => {
      const client = await subscribe();
      const before = (await mine(client))['ends_at'] as string;
      await it_.world.advance('P32D');
      await it_.news();
      const after_ = await mine(client);
      expect(after_).to.include({ active: true, status: 'active' });
      expect(Date.parse(after_['ends_at'] as string)).to.be.greaterThan(Date.parse(before));
      const intent = it_.stripe.book.intents.get(intentOf(client));
      expect(intent?.status).to.equal('succeeded');
      expect(intent?.keepsMethod).to.equal(false);
    });

    it('is past due when the bank wants the payer, whom nobody can ask', async () => {
      const client = await subscribe({ offSession: 'authentication_required' });
      await it_.world.advance('P32D');
      await it_.news();
      expect((await mine(client))['status']).to.equal('past_due');
      expect(await newest(client)).to.include({
        status: 'failed',
        failure_reason: 'authentication_required',
      });
    });
  });
});
