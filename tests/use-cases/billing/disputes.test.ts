import { expect } from 'chai';
import { closeDispute, openDispute, type DisputeNews } from '../../../src/billing/disputes.ts';
import type { BillingStores, Payment } from '../../../src/billing/index.ts';
import type { Heard } from '../../../src/billing/refund-facts.ts';
import { order, randomIds } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const ADMIN = { kind: 'account', accountId: nextId(), sessionId: 'desk', isAdmin: true } as const;

/** Everything that a gateway can tell of one dispute. */
type Told = 'opened' | 'won' | 'lost';

let shop: Shop;
let viewer: string;
let paid: Payment;
beforeEach(async () => {
  shop = await openShop();
  viewer = nextId();
  const { payment } = (await shop.billing.purchase(order(viewer, shop.standard.id))).result;
  if (!payment) throw new Error('nothing was bought');
  paid = payment;
});

const tell = (told: Told, changes: Partial<DisputeNews> = {}): Promise<Heard> =>
  shop.unitOfWork.run((stores) => {
    const now = shop.clock.now();
    const news: DisputeNews = {
      ...{ paymentId: paid.id, providerReference: 'dp_1', amountMinor: 999, reason: 'fraudulent' },
      ...{ at: now, now },
      ...changes,
    };
    const deps = { ids: randomIds, operations: shop.operations };
    if (told === 'opened') return openDispute(deps, stores, news);
    return closeDispute(deps, stores, { ...news, outcome: told });
  });
const find = async ({ payments }: Pick<BillingStores, 'payments'>): Promise<Payment> => {
  const payment = await payments.find(paid.id);
  if (!payment) throw new Error('the payment is gone');
  return payment;
};
/** What all of it came to. */
const outcome = async (): Promise<unknown> => {
  const all = await shop.billing.trialBalance();
  expect(all.reduce((total, { minor }) => total + minor, 0)).to.equal(0);
  return shop.unitOfWork.read(async (stores) => {
    const { status, dispute } = await find(stores);
    return {
      payment: status,
      dispute: dispute?.status ?? null,
      subscription: (await stores.subscriptions.newest(viewer))?.status,
      lostMinor: all.find(({ account }) => account === 'disputes')?.minor ?? 0,
    };
  });
};
const events = (): Promise<readonly string[]> =>
  shop.unitOfWork.read(async ({ journal }) =>
    (await journal.since(0, 999))
      .map(({ event }) => event.type)
      .filter((type) => type.startsWith('billing.dispute')),
  );

describe('a payment that its payer disputes', () => {
  it('is disputed, and keeps access', async () => {
    expect(await tell('opened')).to.equal('done');
    expect(await outcome()).to.deep.equal({
      payment: 'disputed',
      dispute: 'open',
      subscription: 'active',
      lostMinor: 0,
    });
    const shown = await shop.billing.findPayment(order(viewer, null).actor, paid.id);
    expect(shown.dispute).to.deep.equal({ status: 'open', reason: 'fraudulent' });
    expect(await events()).to.deep.equal(['billing.dispute-opened']);
  });

  it('ends access when it was lost, and the money is gone', async () => {
    await tell('opened');
    await tell('lost');
    expect(await outcome()).to.deep.equal({
      payment: 'disputed',
      dispute: 'lost',
      subscription: 'canceled',
      lostMinor: 999,
    });
    expect(await events()).to.deep.equal(['billing.dispute-opened', 'billing.dispute-lost']);
  });

  it('is what it was when it was won', async () => {
    await tell('opened');
    await tell('won');
    expect(await outcome()).to.deep.equal({
      payment: 'succeeded',
      dispute: 'won',
      subscription: 'active',
      lostMinor: 0,
    });
  });

  it('is what its refunds made it when it was won', async () => {
    await shop.billing.refundPayment({
      ...{ actor: ADMIN, paymentId: paid.id, amount: '4.00' },
      ...{ endAccess: false, reason: null, idempotency: undefined },
    });
    await tell('opened', { amountMinor: 599 });
    await tell('won');
    expect(await outcome()).to.include({ payment: 'partially_refunded' });
  });

  it('gives nothing back meanwhile', async () => {
    await tell('opened');
    const refund = shop.billing.refundPayment({
      ...{ actor: ADMIN, paymentId: paid.id, amount: null },
      ...{ endAccess: false, reason: null, idempotency: undefined },
    });
    expect((await refusalOf(refund)).code).to.equal('billing.payment-not-refundable');
  });

  it('stays disputed while another dispute stands', async () => {
    await tell('opened');
    await tell('opened', { providerReference: 'dp_2', amountMinor: 100 });
    await tell('won');
    expect(await outcome()).to.include({ payment: 'disputed', dispute: 'won' });
    await tell('won', { providerReference: 'dp_2' });
    expect(await outcome()).to.include({ payment: 'succeeded' });
  });

  it('waits for news of the payment', async () => {
    const waiting = order(nextId(), shop.standard.id, { paymentMethod: 'pm_timeout_after_capture' });
    const { payment } = (await shop.billing.purchase(waiting)).result;
    expect(payment?.status).to.equal('pending');
    for (const told of ['opened', 'won', 'lost'] as const) {
      expect(await tell(told, { paymentId: payment?.id ?? '' })).to.equal('parked');
      expect(await tell(told, { paymentId: nextId() })).to.equal('parked');
    }
    expect(await events()).to.deep.equal([]);
  });

  it('takes in a gateway that gives no reason', async () => {
    await tell('opened', { reason: null });
    expect((await shop.unitOfWork.read(find)).dispute?.reason).to.equal('unknown');
  });
});

/** Every order of some pieces of news. */
const orders = <T>(news: readonly T[]): readonly (readonly T[])[] =>
  news.length < 2
    ? [news]
    : news.flatMap((first, index) =>
        orders(news.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
      );

describe('news of a dispute, in any order and repeated', () => {
  const WON = { payment: 'succeeded', dispute: 'won', lostMinor: 0 };
  const LOST = { payment: 'disputed', dispute: 'lost', subscription: 'canceled', lostMinor: 999 };
  const lives: readonly (readonly [readonly Told[], object])[] = [
    [['opened', 'won'], { ...WON, subscription: 'active' }],
    [['opened', 'lost'], LOST],
    // Money given back after all: access is not, for a subscription that ended does not begin again.
    [['opened', 'lost', 'won'], WON],
  ];
  for (const [news, expected] of lives)
    for (const told of orders([...news, ...news]).filter(
      (each, index, all) => all.findIndex((other) => other.join() === each.join()) === index,
    ))
      it(`${told.join(', ')} comes to the same`, async () => {
        for (const each of told) expect(await tell(each)).to.equal('done');
        expect(await outcome()).to.deep.include(expected);
        const { length } = await shop.unitOfWork.read(({ disputes }) => disputes.listOf(paid.id));
        expect(length).to.equal(1);
      });
});
