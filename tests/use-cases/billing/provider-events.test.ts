import { expect } from 'chai';
import { signatureOf } from '../../../adapters/security/signed-webhooks.ts';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import type { ProviderEvent, StoredEvent } from '../../../src/billing/index.ts';
import { WEBHOOK_SECRET } from '../../world/billing.ts';
import { openers } from '../../world/stores.ts';
import { NOW } from '../../world/subscriptions.ts';
import { refusalOf } from './cast.ts';
import { lifeOfLost, lifeOfWon, outcomeOf, renamed, Teller, toldShop, type Told } from './told.ts';

const sent = (body: unknown, changes: { readonly secret?: string; readonly provider?: string } = {}) => {
  const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const { secret = WEBHOOK_SECRET, provider = 'simulated' } = changes;
  return { provider, raw, headers: { 'simulated-signature': signatureOf(raw, [secret], systemClock.now()) } };
};

const wire = (changes: object = {}): object => ({
  id: 'simevt_1',
  object: 'event',
  type: 'charge.captured',
  created: NOW / 1_000,
  livemode: false,
  merchant: 'usher',
  data: { charge: { key: 'usher-1', reference: 'sim_1', amount: 999, currency: 'USD', refunded: 0 } },
  ...changes,
});

describe('events of providers', () => {
  let shop: Told;
  beforeEach(async () => {
    shop = await toldShop((await openers.memory()).unitOfWork);
  });
  const stored = (id: string): Promise<StoredEvent | undefined> =>
    shop.unitOfWork.read(({ providerEvents }) => providerEvents.find({ provider: 'simulated', id }));
  const statusOf = async (id: string): Promise<string | undefined> =>
    (await shop.unitOfWork.read(({ payments }) => payments.find(id)))?.status;

  it('settle a payment that waited for its payer', async () => {
    const payment = await shop.waiting();
    for (const event of lifeOfWon(payment).slice(0, 2)) await shop.bring(event);
    const { subscription, payments } = (await outcomeOf(shop.unitOfWork, payment.accountId)) as {
      subscription: { status: string };
      payments: readonly { status: string }[];
    };
    expect([subscription.status, payments[0]?.status]).to.deep.equal(['active', 'succeeded']);
  });

  it('end a payment that was declined, or that nobody paid', async () => {
    for (const [kind, status] of [
      ['charge-declined', 'failed'],
      ['charge-abandoned', 'expired'],
    ] as const) {
      const payment = await shop.waiting();
      const teller = new Teller(payment);
      const reason = { reason: 'card_declined' };
      await shop.bring(kind === 'charge-declined' ? teller.tell(kind, reason) : teller.tell(kind, {}));
      expect(await statusOf(payment.id)).to.equal(status);
    }
  });

  it('wait, when money went back that nobody is known to have paid', async () => {
    const payment = await shop.waiting();
    const [, captured, refunded] = lifeOfWon(payment) as [ProviderEvent, ProviderEvent, ProviderEvent];
    await shop.bring(refunded);
    expect(await statusOf(payment.id)).to.equal('requires_action');
    await shop.bring(captured);
    expect(await statusOf(payment.id)).to.equal('partially_refunded');
  });

  it('are taken in once, however often they come, and have one effect', async () => {
    const payment = await shop.waiting();
    const [, captured] = lifeOfWon(payment) as [ProviderEvent, ProviderEvent];
    expect(await shop.billing.receive(captured)).to.equal(true);
    expect(await shop.billing.receive(captured)).to.equal(false);
    await Promise.all(Array.from({ length: 5 }, () => shop.billing.processProviderEvent(captured)));
    const before = await outcomeOf(shop.unitOfWork, payment.accountId);
    await shop.bring(renamed(captured));
    expect(await outcomeOf(shop.unitOfWork, payment.accountId)).to.deep.equal(before);
    expect(await stored(captured.id)).to.include({ error: null, processedAt: NOW });
  });

  it('are kept when they are nothing to us, and call for nothing', async () => {
    const murmur = new Teller(await shop.waiting()).murmur('charge.sneezed');
    await shop.bring(murmur);
    expect(await stored(murmur.id)).to.include({ type: 'charge.sneezed', processedAt: NOW, attempts: 0 });
  });

  it('of somebody else’s charge at the same provider change nothing', async () => {
    const payment = await shop.waiting();
    const foreign = new Teller({ ...payment, gatewayKey: 'theirs', gatewayReference: 'sim_theirs' });
    const event = foreign.tell('charge-captured', { amountMinor: 1, method: null, customer: null });
    await shop.bring(event);
    expect(await statusOf(payment.id)).to.equal('requires_action');
    expect((await stored(event.id))?.processedAt).to.equal(NOW);
  });

  it('without our key are known by the provider’s name of the charge', async () => {
    const payment = await shop.waiting();
    const [, captured, refunded] = lifeOfWon(payment) as [ProviderEvent, ProviderEvent, ProviderEvent];
    await shop.bring(captured);
    const { body } = refunded;
    if (body.kind !== 'charge-refunded') throw new Error('the life has changed');
    await shop.bring({ ...refunded, objectKey: 'a customer', body: { ...body, paymentKey: null } });
    expect(await statusOf(payment.id)).to.equal('partially_refunded');
  });

  it('of several charges under one key are told apart', async () => {
    const [first, second] = [await shop.waiting(), await shop.waiting()];
    const told = [...lifeOfWon(first).slice(1, 3), ...lifeOfLost(second).slice(1, 2)];
    for (const event of told) await shop.bring({ ...event, objectKey: 'a customer' });
    expect(await statusOf(first.id)).to.equal('partially_refunded');
    expect(await statusOf(second.id)).to.equal('succeeded');
  });

  it('that fail say why, and are tried again', async () => {
    const payment = await shop.waiting();
    const [, captured] = lifeOfWon(payment) as [ProviderEvent, ProviderEvent];
    await shop.billing.receive({ ...captured, objectKey: 'sim_1' });
    await shop.unitOfWork.run(({ payments }) =>
      payments.save({ ...payment, quote: null as never, version: payment.version + 1 }),
    );
    const [failed] = await Promise.allSettled([shop.billing.processProviderEvent(captured)]);
    expect(failed?.status).to.equal('rejected');
    expect(await stored(captured.id)).to.include({ processedAt: null, attempts: 1 });
    expect((await stored(captured.id))?.error).to.be.a('string');
    expect(shop.counts.counts()).to.deep.include({ provider: 'simulated', outcome: 'failed', count: 1 });
    await shop.unitOfWork.run(({ payments }) => payments.save({ ...payment, version: payment.version + 2 }));
    await shop.billing.processProviderEvent(captured);
    expect(await stored(captured.id)).to.include({ processedAt: NOW, attempts: 2, error: null });
    expect(await statusOf(payment.id)).to.equal('succeeded');
  });
});

describe('webhooks', () => {
  let shop: Told;
  beforeEach(async () => {
    shop = await toldShop((await openers.memory()).unitOfWork);
  });
  const find = (id: string): Promise<StoredEvent | undefined> =>
    shop.unitOfWork.read(({ providerEvents }) => providerEvents.find({ provider: 'simulated', id }));

  it('are taken in when they are signed, and counted', async () => {
    await shop.billing.receiveWebhook(sent(wire()));
    await shop.billing.receiveWebhook(sent(wire()));
    expect((await find('simevt_1'))?.body).to.deep.equal({
      kind: 'charge-captured',
      paymentKey: 'usher-1',
      reference: 'sim_1',
      amountMinor: 999,
      method: null,
      customer: null,
    });
    await refusalOf(shop.billing.receiveWebhook(sent(wire(), { secret: 'another' })));
    expect(shop.counts.counts().map(({ outcome, count }) => [outcome, count])).to.deep.equal([
      ['received', 1],
      ['duplicate', 1],
      ['refused', 1],
      ['failed', 0],
    ]);
  });

  it('leave nothing behind when they are not signed', async () => {
    const { code } = await refusalOf(shop.billing.receiveWebhook(sent(wire(), { secret: 'another' })));
    expect(code).to.equal('billing.webhook-signature');
    expect(await find('simevt_1')).to.equal(undefined);
  });

  it('of a provider that was not chosen do not exist', async () => {
    const { code } = await refusalOf(shop.billing.receiveWebhook(sent(wire(), { provider: 'stripe' })));
    expect(code).to.equal('request.not-found');
  });

  for (const [what, body] of [
    ['no JSON', 'charge.captured'],
    ['a list', []],
    ['no id', wire({ id: undefined })],
    ['an id with a NUL', wire({ id: 'a\0b' })],
    ['an id without an end', wire({ id: 'x'.repeat(201) })],
    ['no time', wire({ created: undefined })],
    ['a time of milliseconds', wire({ created: NOW })],
    ['a charge without a name', wire({ data: { charge: { key: 'usher-1', amount: 1 } } })],
    ['an amount in decimals', wire({ data: { charge: { key: 'k', reference: 'r', amount: 9.99 } } })],
    ['a dispute that is none', wire({ type: 'charge.dispute.opened' })],
  ] as const)
    it(`that are signed and hold ${what} are refused`, async () => {
      const { code } = await refusalOf(shop.billing.receiveWebhook(sent(body)));
      expect(code).to.equal('billing.webhook-unreadable');
    });

  for (const [what, changes] of [
    ['of a type that we do not know', { type: 'payout.paid', data: { payout: 1 } }],
    ['of a kind of charge event that is new', { type: 'charge.sneezed' }],
    ['of the other mode', { livemode: true }],
    ['of another merchant', { merchant: 'somebody else' }],
  ] as const)
    it(`${what} are kept, and nothing follows`, async () => {
      await shop.billing.receiveWebhook(sent(wire(changes)));
      expect((await find('simevt_1'))?.body).to.deep.equal({ kind: 'ignored' });
    });
});
