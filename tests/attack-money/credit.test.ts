import { expect } from 'chai';
import type { Client } from '../world/client.ts';
import { idOf, invoiceOf, openMarket, type Market } from './market.ts';

describe('whoever wants credit for money that is not here', () => {
  let world: Market;
  let viewer: Client;
  before(async () => {
    world = await openMarket();
  });
  after(() => world.stop());
  beforeEach(async () => {
    viewer = await world.person();
  });

  const buy = async (plan: string, paymentMethod?: string): Promise<string> =>
    idOf(await viewer.post('/payments', { plan_id: plan, payment_method: paymentMethod }));
  const change = async (plan: string, wish: object = {}) =>
    invoiceOf(await viewer.post('/subscriptions/change', { plan_id: plan, when: 'now', ...wish }));
  const refund = async (payment: string, wish: object = {}): Promise<string> =>
    idOf(await world.boss.post(`/payments/${payment}/refunds`, wish));

  it('gets none for a payment that was refunded', async () => {
    await refund(await buy(world.dear));
    expect(await change(world.cheap)).to.include({ credit: '0.00', total: '10.00', due_now: '10.00' });
    expect(await world.balance(viewer)).to.equal(0);
  });

  it('gets the part that was not refunded, and hears so before', async () => {
    await refund(await buy(world.dear), { amount: '15.00' });
    expect(await change(world.cheap, { preview: true })).to.include({ credit: '15.00' });
    expect(await change(world.cheap)).to.include({ credit: '15.00', due_now: '0.00' });
    expect(await world.balance(viewer)).to.equal(500);
  });

  it('gets none for a payment in dispute', async () => {
    await buy(world.dear, 'pm_disputed');
    await world.settle();
    expect(await change(world.cheap)).to.include({ credit: '0.00' });
    expect(await world.balance(viewer)).to.equal(0);
  });

  it('loses what is left of the credit when the payment goes back after all', async () => {
    const payment = await buy(world.dear);
    await change(world.cheap);
    expect(await world.balance(viewer)).to.equal(2_000);
    await refund(payment, { end_access: true });
    expect(await world.balance(viewer)).to.equal(0);
    expect(await world.cash()).to.be.at.least(0);
  });

  it('keeps the credit that is not of the part that goes back', async () => {
    const payment = await buy(world.dear);
    await world.advance('P15D');
    await change(world.odd);
    expect(await world.balance(viewer)).to.equal(500);
    await refund(payment, { amount: '15.00' });
    expect(await world.balance(viewer), 'for the time that was used').to.equal(500);
    await refund(payment, { amount: '3.00' });
    expect(await world.balance(viewer)).to.equal(200);
  });

  it('gets none by a change that was open while the payment was refunded', async () => {
    const before = await world.cash();
    const payment = await buy(world.cheap);
    const asked = await viewer.post('/subscriptions/change', {
      ...{ plan_id: world.dear, when: 'now', payment_method: 'pm_requires_action' },
    });
    expect(invoiceOf(asked)).to.include({ due_now: '20.00' });
    await refund(payment);
    await world.pay(asked.body['payment']?.['checkout_url']);
    expect((await viewer.get('/subscriptions/my')).body['plan']).to.include({ code: 'cheap' });
    expect((await world.cash()) - before, 'all of it went back').to.equal(0);
  });

  it('is shown what they have while a change waits for them', async () => {
    await buy(world.cheap);
    const wish = { when: 'now', payment_method: 'pm_requires_action' };
    const { body } = await viewer.post('/subscriptions/change', { plan_id: world.dear, ...wish });
    expect(body['payment']).to.include({ status: 'requires_action' });
    expect(body['subscription']).to.include({ active: true, status: 'active' });
    expect(body['subscription']?.['plan']).to.include({ code: 'cheap' });
    await world.advance('PT24H');
    const renewed = await viewer.post('/subscriptions/renew', { payment_method: 'pm_requires_action' });
    expect(renewed.body).to.include({ active: true, status: 'active' });
    expect(renewed.body['checkout_url']).to.be.a('string');
  });
});

describe('changing to and fro', () => {
  let world: Market;
  before(async () => {
    world = await openMarket();
  });
  after(() => world.stop());

  for (const [name, to] of [
    ['a plan of another length', 'odd'],
    ['a plan of the same length', 'tried'],
  ] as const)
    it(`every twenty minutes, with ${name}, is not free`, async () => {
      const viewer = await world.person();
      idOf(await viewer.post('/payments', { plan_id: world.cheap }));
      let paid = 1_000;
      for (let turn = 0; turn < 72; turn += 1) {
        await world.advance('PT20M');
        const plan_id = turn % 2 === 0 ? world[to] : world.cheap;
        const invoice = invoiceOf(await viewer.post('/subscriptions/change', { plan_id, when: 'now' }));
        paid += Math.round(100 * Number(invoice['due_now']));
      }
      const { ends_at: endsAt } = (await viewer.get('/subscriptions/my')).body;
      const rest = (Date.parse(String(endsAt)) - world.now()) / 86_400_000 / 30;
      const used = paid - (await world.balance(viewer)) - 1_000 * rest;
      // One day of a plan of 10.00 for 30 or 31 days.
      expect(used).to.be.within(31, 36);
    });
});
