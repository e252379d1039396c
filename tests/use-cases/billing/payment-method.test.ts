import { expect } from 'chai';
import { DAY } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { refusalOf } from './cast.ts';
import { openRenewals, type Renewals } from './renewals.ts';

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
});

const set = (method: string): Promise<void> =>
  world.billing.setPaymentMethod({ actor: order(world.viewer, null).actor, method });

describe('the stored payment method', () => {
  it('is none until one was left with us', async () => {
    expect(await world.billing.storedMethod(world.viewer)).to.equal(null);
    await set('pm_ok');
    expect(await world.billing.storedMethod(world.viewer)).to.equal('pm_ok');
  });

  it('is replaced, and what is collected next is charged to the new one', async () => {
    await world.subscribe('pm_ok');
    await set('pm_declined');
    await set('pm_declined');
    expect(await world.billing.storedMethod(world.viewer)).to.equal('pm_declined');
    await world.pass(30 * DAY);
    expect(world.charges[1]?.method).to.equal('pm_declined');
  });

  it('must be one that the gateway knows', async () => {
    expect((await refusalOf(set('pm_unheard_of'))).code).to.equal('request.invalid');
    expect(await world.billing.storedMethod(world.viewer)).to.equal(null);
  });

  it('must work without its payer', async () => {
    Object.assign(world.gateway, { defaultOffSession: false });
    expect((await refusalOf(set(world.gateway.defaultMethod))).code).to.equal('request.invalid');
  });

  it('is not taken from an account that is closed, and forgotten with one that is erased', async () => {
    await set('pm_ok');
    await world.billing.eraseAccount(world.viewer);
    expect(await world.billing.storedMethod(world.viewer)).to.equal(null);
    expect((await refusalOf(set('pm_ok'))).code).to.equal('billing.account-closed');
  });

  it('is remembered of a purchase that is to renew itself, and of no other', async () => {
    await world.billing.purchase(
      order(world.viewer, world.monthly.id, { intent: 'subscribe', paymentMethod: 'pm_ok' }),
    );
    expect(await world.billing.storedMethod(world.viewer)).to.equal(null);
    const other = await openRenewals();
    await other.subscribe('pm_ok');
    expect(await other.billing.storedMethod(other.viewer)).to.equal('pm_ok');
  });
});
