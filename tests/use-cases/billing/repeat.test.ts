import { expect } from 'chai';
import type { PurchaseOrder } from '../../../src/billing/index.ts';
import { DAY, SECOND } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();

describe('repeating a purchase with its Idempotency-Key', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  const buy = (changes: Partial<PurchaseOrder> = {}, fingerprint = 'one') =>
    shop.billing.purchase(
      order(viewer, shop.standard.id, { idempotency: { key: 'viewer key', fingerprint }, ...changes }),
    );
  const count = async (): Promise<number> =>
    (await shop.billing.listPayments(order(viewer, null).actor, { limit: 9 })).items.length;

  it('gives the same answer again', async () => {
    const first = await buy();
    shop.clock.turn(DAY / 2);
    expect(await buy()).to.deep.equal({ result: first.result, replayed: true });
    expect(await count()).to.equal(1);
  });

  it('gives the same answer for a free plan and for a trial', async () => {
    for (const planId of [shop.free.id, shop.tasting.id]) {
      const accountId = nextId();
      const request = order(accountId, planId, {
        intent: 'subscribe',
        idempotency: { key: `key of ${accountId}`, fingerprint: 'one' },
      });
      const { result } = await shop.billing.purchase(request);
      expect(await shop.billing.purchase(request)).to.deep.equal({ result, replayed: true });
    }
  });

  it('refuses the key for another request', async () => {
    await buy();
    expect((await refusalOf(buy({}, 'two'))).code).to.equal('idempotency.other-request');
  });

  it('keeps a declined payment as the answer', async () => {
    const declined = { paymentMethod: 'pm_declined' };
    expect(await refusalOf(buy(declined))).to.deep.equal({
      code: 'billing.payment-declined',
      replayed: false,
    });
    expect(await refusalOf(buy(declined))).to.deep.equal({
      code: 'billing.payment-declined',
      replayed: true,
    });
    expect(await count()).to.equal(1);
  });

  it('keeps an open outcome as the answer', async () => {
    const lost = { paymentMethod: 'pm_timeout_after_capture' };
    const first = await buy(lost);
    await shop.billing.resolveUnknown(9);
    expect(await buy(lost)).to.deep.equal({ result: first.result, replayed: true });
    shop.clock.turn(5 * 60 * SECOND);
    expect(await shop.billing.resolveUnknown(9)).to.deep.equal({ done: 1 });
    expect((await buy(lost)).result.payment?.status).to.equal('pending');
    const [settled] = (await shop.billing.listPayments(order(viewer, null).actor, { limit: 9 })).items;
    expect(settled?.status).to.equal('succeeded');
  });

  it('does not keep a refusal: the request may be right later', async () => {
    const renewal = { intent: 'renew', idempotency: { key: 'renewal', fingerprint: 'r' } } as const;
    expect((await refusalOf(buy(renewal))).code).to.equal('subscriptions.no-current');
    await buy();
    expect((await buy(renewal)).result.payment?.status).to.equal('succeeded');
  });

  for (const [died, line] of [
    ['before the gateway was asked', 'lost-before'],
    ['after the gateway had captured', 'lost-after'],
  ] as const)
    it(`drives a purchase to its end whose process died ${died}`, async () => {
      await dieInPurchase(shop, line, () => buy());
      expect((await refusalOf(buy())).code).to.equal('idempotency.in-progress');
      shop.clock.turn(30 * SECOND);
      const { result, replayed } = await buy();
      expect(replayed).to.equal(false);
      expect(result.payment?.status).to.equal('succeeded');
      expect(await buy()).to.deep.equal({ result, replayed: true });
      const charges = await shop.unitOfWork.read(({ gatewayBook }) => gatewayBook.chargesOf(viewer));
      expect(charges).to.have.length(1);
      expect(await count()).to.equal(1);
    });
});

/** The charge reaches the gateway or not, and the process never hears of it. */
async function dieInPurchase(
  shop: Shop,
  line: 'lost-before' | 'lost-after',
  buy: () => Promise<unknown>,
): Promise<void> {
  const { charge } = shop.gateway;
  const dead = new Error('killed');
  Object.assign(shop.gateway, {
    charge: async (request: Parameters<typeof charge>[0]) => {
      if (line === 'lost-after') await charge(request);
      throw dead;
    },
  });
  const end: unknown = await buy().then(
    () => undefined,
    (error: unknown) => error,
  );
  Object.assign(shop.gateway, { charge });
  expect(end).to.equal(dead);
}
