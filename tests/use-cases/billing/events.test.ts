import { expect } from 'chai';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import { HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();

describe('the events of billing', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  const buy = (paymentMethod: string) =>
    shop.billing.purchase(order(viewer, shop.yearly.id, { paymentMethod }));
  const told = async (): Promise<readonly DomainEvent[]> => {
    const entries = await shop.unitOfWork.read(({ journal }) => journal.since(0, 100));
    return entries.map(({ event }) => event).filter(({ type }) => type.startsWith('billing.'));
  };
  const types = async (): Promise<readonly string[]> => (await told()).map(({ type }) => type);

  it('tell of a payment that succeeded, with what was bought', async () => {
    const { payment } = (await buy('pm_ok')).result;
    const [event] = await told();
    expect(event).to.include({
      type: 'billing.payment-succeeded',
      accountId: viewer,
      subjectId: payment?.id,
      at: shop.clock.now(),
    });
    expect(event?.data).to.deep.equal({
      planId: shop.yearly.id,
      planName: 'Standard',
      kind: 'start',
      amountMinor: 9900,
      currency: 'USD',
      status: 'succeeded',
      reason: null,
      subscriptionId: payment?.subscriptionId,
      subscriptionEndAt: payment?.subscriptionEndAt,
      invoiceId: payment?.invoiceId,
      collection: false,
      retryAt: null,
    });
    expect(await types()).to.have.length(1);
  });

  it('tell of a payment that failed, and why', async () => {
    await refusalOf(buy('pm_declined'));
    expect(await types()).to.deep.equal(['billing.payment-failed']);
    expect((await told())[0]?.data).to.include({ reason: 'card_declined', subscriptionId: null });
  });

  it('tell of an open outcome, then of the end, or that nobody asks any more', async () => {
    await buy('pm_timeout_after_capture');
    shop.line.find = 'lost';
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    expect(await types()).to.deep.equal(['billing.payment-pending']);
    for (let check = 1; check < 7; check += 1) {
      shop.clock.turn(24 * HOUR);
      await shop.billing.resolveUnknown(9);
    }
    expect(await types()).to.deep.equal(['billing.payment-pending', 'billing.payment-unresolved']);
  });

  it('tell of money on its way back, and of its arrival', async () => {
    await buy('pm_timeout_after_capture');
    await shop.billing.purchase(order(nextId(), shop.free.id));
    await shop.unitOfWork.run(async (stores) => {
      const { items } = await stores.payments.list(viewer, { limit: 1 });
      if (!items[0]) throw new Error('no payment');
      await shop.operations.applyPurchase(stores, {
        accountId: viewer,
        quote: { ...items[0].quote, planId: shop.free.id },
        paymentId: nextId(),
        nets: null,
        actor: order(viewer, null).actor,
        now: shop.clock.now(),
      });
    });
    shop.clock.turn(5 * MINUTE);
    await shop.billing.resolveUnknown(9);
    await shop.billing.sendRefunds(9);
    const mine = (await told()).filter(({ accountId }) => accountId === viewer);
    expect(mine.map(({ type }) => type)).to.deep.equal([
      'billing.payment-pending',
      'billing.payment-succeeded',
      'billing.refund-requested',
      'billing.refunded',
    ]);
    expect(mine[3]?.data).to.include({ amountMinor: 9900, reason: 'subscriptions.already-active' });
  });

  it('carry no key, no method and no reference', async () => {
    await buy('pm_ok');
    expect(JSON.stringify(await told())).to.not.match(/usher-|pm_ok|sim_/);
  });
});
