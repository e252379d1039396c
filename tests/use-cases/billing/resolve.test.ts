import { expect } from 'chai';
import { UNKNOWN_CHARGE, type Payment, type PurchaseOrder } from '../../../src/billing/index.ts';
import { after, DAY, HOUR, MINUTE, type Instant } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});

const buy = (paymentMethod: string | null = null, changes: Partial<PurchaseOrder> = {}) =>
  shop.billing.purchase(order(viewer, shop.yearly.id, { paymentMethod, ...changes }));
const newest = async (): Promise<Payment> => {
  const { items } = await shop.billing.listPayments(order(viewer, null).actor, { limit: 1 });
  if (!items[0]) throw new Error('no payment');
  return items[0];
};
const nextDue = (): Promise<Instant | undefined> => shop.billing.nextDueAt(after(NOW, 365 * DAY));

describe('resolving payments whose outcome is unknown', () => {
  it('settles what the gateway captured', async () => {
    await buy('pm_timeout_after_capture');
    expect(await shop.billing.resolveUnknown(9)).to.deep.equal({ done: 0 });
    shop.clock.turn(5 * MINUTE);
    expect(await shop.billing.resolveUnknown(9)).to.deep.equal({ done: 1 });
    expect(await newest()).to.include({ status: 'succeeded', nextCheckAt: null });
    expect((await newest()).subscriptionEndAt).to.equal(after(NOW, 365 * DAY + 5 * MINUTE));
    expect(await nextDue()).to.equal(undefined);
  });

  it('fails what the gateway never charged, and frees the account', async () => {
    await buy('pm_timeout_before_capture');
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    expect(await newest()).to.include({ status: 'failed', failureReason: 'not-charged' });
    expect((await buy()).result.payment?.status).to.equal('succeeded');
  });

  it('asks after 5 minutes, an hour, then daily five times, and never guesses', async () => {
    await buy('pm_timeout_after_capture');
    shop.line.find = 'lost';
    for (const delay of [5 * MINUTE, HOUR, DAY, DAY, DAY, DAY, DAY]) {
      expect(await nextDue()).to.equal(after(shop.clock.now(), delay));
      shop.clock.turn(delay - 1);
      expect(await shop.billing.resolveUnknown(9)).to.deep.equal({ done: 0 });
      shop.clock.turn(1);
      expect(await shop.billing.resolveUnknown(9)).to.deep.equal({ done: 1 });
      expect((await newest()).status).to.equal('pending');
    }
    expect(await nextDue()).to.equal(undefined);
    shop.line.find = 'through';
    shop.clock.turn(MINUTE);
    expect((await refusalOf(buy())).code).to.equal('subscriptions.renewal-too-early');
    expect((await newest()).status).to.equal('succeeded');
  });

  it('takes a bounded batch, the longest due first', async () => {
    for (const accountId of [nextId(), nextId(), nextId()])
      await shop.billing.purchase(
        order(accountId, shop.yearly.id, { paymentMethod: 'pm_timeout_after_capture' }),
      );
    shop.clock.turn(5 * MINUTE);
    expect(await shop.billing.resolveUnknown(2)).to.deep.equal({ done: 2 });
    expect(await shop.billing.resolveUnknown(2)).to.deep.equal({ done: 1 });
  });

  it('takes each payment once when two sweeps meet', async () => {
    await buy('pm_timeout_after_capture');
    shop.clock.turn(5 * MINUTE);
    const swept = await Promise.all([shop.billing.resolveUnknown(9), shop.billing.resolveUnknown(9)]);
    expect(swept.map(({ done }) => done).sort()).to.deep.equal([0, 1]);
  });

  it('drives the dead caller’s key to an answer too', async () => {
    const idempotency = { key: 'viewer key', fingerprint: 'one' };
    const { charge } = shop.gateway;
    Object.assign(shop.gateway, {
      charge: async (request: Parameters<typeof charge>[0]) => {
        await charge(request);
        throw new Error('killed');
      },
    });
    await buy(null, { idempotency }).catch(() => undefined);
    Object.assign(shop.gateway, { charge });
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    const { result, replayed } = await buy(null, { idempotency });
    expect(replayed).to.equal(true);
    expect(result.payment?.status).to.equal('succeeded');
  });
});

describe('money that bought nothing', () => {
  /** A purchase whose charge hangs, while another finishes what it wanted. */
  async function overtaken(): Promise<Payment> {
    await buy('pm_timeout_after_capture');
    const late = await newest();
    // An admin's gift, a migration, anything: the account has a subscription before the payment is settled.
    await shop.unitOfWork.run(async (stores) => {
      const quote = { ...late.quote, planId: shop.free.id };
      const now = shop.clock.now();
      const { actor } = order(viewer, null);
      await shop.operations.applyPurchase(stores, {
        accountId: viewer,
        quote,
        paymentId: nextId(),
        nets: null,
        actor,
        now,
      });
    });
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    return late;
  }

  it('goes back, and is never a second subscription', async () => {
    const { id } = await overtaken();
    expect(await newest()).to.include({ id, status: 'succeeded', subscriptionId: null });
    expect(await nextDue()).to.equal(shop.clock.now());
    expect(await shop.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await newest()).to.include({ id, status: 'refunded', refundedMinor: 9900 });
    const [refund] = await shop.unitOfWork.read(({ refunds }) => refunds.listOf(id));
    expect(refund).to.include({ status: 'succeeded', reason: 'subscriptions.already-active' });
    expect(await shop.billing.sendRefunds(9)).to.deep.equal({ done: 0 });
  });

  it('is asked back with the same key until the gateway has said so', async () => {
    const { id } = await overtaken();
    shop.line.refund = 'lost';
    for (const delay of [0, 5 * MINUTE, HOUR, DAY, DAY]) {
      shop.clock.turn(delay);
      expect(await shop.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
      expect((await newest()).status).to.equal('succeeded');
    }
    shop.line.refund = 'through';
    shop.clock.turn(DAY);
    await shop.billing.sendRefunds(9);
    expect((await newest()).status).to.equal('refunded');
    const { gatewayReference } = await newest();
    const given = await shop.unitOfWork.read(({ gatewayBook }) =>
      gatewayBook.refundsOf(gatewayReference ?? ''),
    );
    expect(given).to.have.length(1);
    expect(id).to.equal((await newest()).id);
  });

  it('stays a failed refund when the gateway refuses', async () => {
    const { id } = await overtaken();
    shop.line.refund = 'refused';
    await shop.billing.sendRefunds(9);
    expect((await newest()).status).to.equal('succeeded');
    const [refund] = await shop.unitOfWork.read(({ refunds }) => refunds.listOf(id));
    expect(refund).to.include({ status: 'failed', failureReason: 'account_closed', nextTryAt: null });
  });

  it('goes back when it arrives after the payment was given up', async () => {
    const { charge } = shop.gateway;
    Object.assign(shop.gateway, {
      // The resolver of another process is so early that the charge is still on its way.
      charge: async (request: Parameters<typeof charge>[0]) => {
        shop.clock.turn(5 * MINUTE);
        await shop.billing.resolveUnknown(9);
        return charge(request);
      },
    });
    expect((await refusalOf(buy())).code).to.equal('billing.payment-late');
    Object.assign(shop.gateway, { charge });
    await shop.billing.sendRefunds(9);
    expect(await newest()).to.include({ status: 'refunded', subscriptionId: null });
  });

  it('is found even when that late charge’s answer was lost', async () => {
    const { charge } = shop.gateway;
    Object.assign(shop.gateway, {
      charge: async (request: Parameters<typeof charge>[0]) => {
        shop.clock.turn(5 * MINUTE);
        await shop.billing.resolveUnknown(9);
        await charge(request);
        return UNKNOWN_CHARGE;
      },
    });
    expect((await refusalOf(buy())).code).to.equal('billing.payment-declined');
    Object.assign(shop.gateway, { charge });
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    await shop.billing.sendRefunds(9);
    expect(await newest()).to.include({ status: 'refunded', subscriptionId: null });
  });
});
