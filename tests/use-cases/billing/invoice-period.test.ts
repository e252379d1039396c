import { expect } from 'chai';
import { SECOND } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';
import { openShop } from './cast.ts';

const viewer = nextId();

describe('the period of an invoice', () => {
  it('is the time that was bought: it begins when the payment is known, and the next one behind it', async () => {
    const shop = await openShop();
    const buy = async (paymentMethod: string) =>
      (await shop.billing.purchase(order(viewer, shop.standard.id, { paymentMethod }))).result;
    await buy('pm_timeout_after_capture');
    shop.clock.turn(400 * SECOND);
    await shop.billing.resolveUnknown(10);
    shop.clock.turn(SECOND);
    const { subscription } = await buy('pm_ok');
    const { items } = await shop.billing.listInvoices(order(viewer, null).actor, { limit: 100 });
    const [second, first] = items.map(({ lines }) => lines[0]);
    expect(first?.start).to.equal(subscription?.subscription.startedAt).and.not.equal(NOW);
    expect(second?.start).to.equal(first?.end);
    expect(second?.end).to.equal(subscription?.subscription.endsAt);
  });
});
