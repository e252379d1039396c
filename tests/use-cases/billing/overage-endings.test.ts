import { expect } from 'chai';
import { UNKNOWN_CHARGE, type PurchaseOrder } from '../../../src/billing/index.ts';
import { overageBilled, overageReleased } from '../../../src/billing/overage.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import { CHECKOUT, order, putOnSale } from '../../world/billing.ts';
import { overageBooks } from '../../world/meters.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { refusalOf } from './cast.ts';
import { declined, openRenewals, type Renewals } from './renewals.ts';

/** Every way on which a payment that set units of meters aside can end. */

const TERM = 30 * DAY;
const FREE_AGAIN = { billed: 0, held: 0, invoiced: 0 };
const HELD = { billed: 0, held: 100, invoiced: 0 };
const BILLED = { billed: 100, held: 0, invoiced: 100 };

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
  world.meters.use(world.viewer, 20);
});

const actor = () => order(world.viewer, null).actor;
const buy = async (paymentMethod: string | null, changes: Partial<PurchaseOrder> = {}) =>
  (await world.billing.purchase(order(world.viewer, world.monthly.id, { paymentMethod, ...changes }))).result
    .payment;
const books = () => overageBooks(world.unitOfWork, world.viewer);
const newest = async () => (await world.payments())[0];
/** The payer decides on the gateway's page. */
const decide = async (decision: 'pay' | 'decline' | 'cancel'): Promise<void> => {
  const page = (await newest())?.checkoutUrl?.slice(CHECKOUT.length) ?? '';
  await world.simulated.checkout.decide(page, decision);
};
/** What is free again is billed by the next purchase, whole. */
const expectBilledNext = async (): Promise<void> => {
  expect(await books()).to.deep.equal(FREE_AGAIN);
  expect(await buy('pm_ok')).to.include({ status: 'succeeded', amountMinor: 1_099 });
  expect(await books()).to.deep.equal(BILLED);
};

describe('a payment with overage', () => {
  it('that is declined gives it back', async () => {
    expect((await refusalOf(buy('pm_declined'))).code).to.equal('billing.payment-declined');
    await expectBilledNext();
  });

  it('whose outcome is unknown holds it until the money is known to have come', async () => {
    world.answers.push('lost-after');
    expect((await buy('pm_ok'))?.status).to.equal('pending');
    expect(await books()).to.deep.equal(HELD);
    await world.pass(5 * MINUTE);
    expect(await books()).to.deep.equal(BILLED);
    await world.pass(DAY);
    expect(await books()).to.deep.equal(BILLED);
  });

  it('that was never charged gives it back', async () => {
    world.answers.push('lost-before');
    await buy('pm_ok');
    expect(await books()).to.deep.equal(HELD);
    await world.pass(5 * MINUTE);
    expect(await newest()).to.include({ status: 'failed', failureReason: 'not-charged' });
    await expectBilledNext();
  });

  for (const [decision, status] of [
    ['decline', 'failed'],
    ['cancel', 'expired'],
  ] as const)
    it(`whose payer decides to ${decision} gives it back`, async () => {
      await buy('pm_requires_action');
      expect(await books()).to.deep.equal(HELD);
      await decide(decision);
      expect((await newest())?.status).to.equal(status);
      await expectBilledNext();
    });

  it('whose payer pays bills what was set aside, not what was used meanwhile', async () => {
    await buy('pm_requires_action');
    world.meters.use(world.viewer, 5);
    await decide('pay');
    expect(await newest()).to.include({ status: 'succeeded', amountMinor: 1_099 });
    expect(await books()).to.deep.equal(BILLED);
    expect((await buy('pm_ok', { intent: 'renew' }))?.amountMinor).to.equal(1_024);
  });

  it('whose payer never comes gives it back after its time', async () => {
    await buy('pm_requires_action');
    await world.pass(25 * HOUR);
    expect(await newest()).to.include({ status: 'expired', failureReason: 'abandoned' });
    await expectBilledNext();
  });

  it('whose subscription is cancelled while it waits gives it back', async () => {
    const waiting = await buy('pm_requires_action');
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    const subscriptionId = waiting?.subscriptionId ?? '';
    await world.billing.expireAwaited({ accountId: world.viewer, subscriptionId });
    expect((await newest())?.status).to.equal('expired');
    await expectBilledNext();
  });

  it('that another takes the place of leaves it to that one', async () => {
    await buy('pm_requires_action');
    world.clock.turn(HOUR);
    expect((await buy('pm_ok'))?.amountMinor).to.equal(1_099);
    const [, first] = await world.payments();
    expect(first).to.include({ status: 'expired', failureReason: 'superseded' });
    expect(await books()).to.deep.equal(BILLED);
  });

  it('that is paid after another took its place goes back, and bills nothing', async () => {
    await buy('pm_requires_action');
    const late = await newest();
    world.clock.turn(HOUR);
    // The gateway says that the page is closed, and the payer pays on it all the same.
    const { abandon } = world.gateway;
    Object.assign(world.gateway, { abandon: async () => ({ ...declined('abandoned'), reference: 'page' }) });
    await buy('pm_ok');
    Object.assign(world.gateway, { abandon });
    expect(await books()).to.deep.equal(BILLED);
    await world.simulated.checkout.decide(late?.checkoutUrl?.slice(CHECKOUT.length) ?? '', 'pay');
    await world.pass(MINUTE);
    const [, refunded] = await world.payments();
    expect(refunded).to.include({ id: late?.id, status: 'refunded', invoiceId: null });
    expect(await books()).to.deep.equal(BILLED);
  });

  it('takes nothing from the one that holds it', async () => {
    await buy('pm_requires_action');
    const another = { id: nextId(), accountId: world.viewer };
    await world.unitOfWork.run((stores) => overageReleased(stores, another));
    await world.unitOfWork.run((stores) => overageBilled(stores, another));
    expect(await books()).to.deep.equal(HELD);
  });

  it('that is captured after it was given up goes back, and bills nothing', async () => {
    world.answers.push(async () => {
      // The resolver of another process is so early that the charge is still on its way.
      world.clock.turn(5 * MINUTE);
      await world.billing.resolveUnknown(9);
    });
    expect((await refusalOf(buy('pm_ok'))).code).to.equal('billing.payment-late');
    await world.pass(MINUTE);
    expect((await newest())?.status).to.equal('refunded');
    await expectBilledNext();
  });

  it('that buys nothing when it comes in goes back, and gives it back', async () => {
    const other = plan('other', 500);
    await putOnSale(world.unitOfWork, other);
    world.answers.push('lost-after');
    const payment = await buy('pm_ok');
    // An admin's gift, a migration, anything: there is a subscription before the payment is settled.
    await world.unitOfWork.run(async (stores) => {
      if (!payment) throw new Error('nothing is pending');
      const gift = { quote: { ...payment.quote, planId: other.id }, paymentId: nextId(), nets: null };
      const [accountId, now] = [world.viewer, world.clock.now()];
      await world.operations.applyPurchase(stores, { ...gift, accountId, actor: actor(), now });
    });
    await world.pass(5 * MINUTE);
    expect((await newest())?.status).to.equal('refunded');
    expect(await books()).to.deep.equal(FREE_AGAIN);
  });

  it('of an account that is gone by then goes back; nothing is billed after, however it is asked', async () => {
    world.answers.push('lost-after');
    await buy('pm_ok');
    await world.billing.closeAccount(world.viewer);
    await world.pass(5 * MINUTE);
    expect((await newest())?.status).to.equal('refunded');
    expect((await refusalOf(buy('pm_ok'))).code).to.equal('billing.account-closed');
    await world.pass(2 * TERM);
    expect(await books()).to.deep.equal(FREE_AGAIN);
  });
});

describe('a collection with overage', () => {
  beforeEach(async () => {
    world = await openRenewals();
    await world.subscribe('pm_ok');
    world.meters.use(world.viewer, 20);
  });

  it('that fails gives it back, and bills it with the retry that is paid', async () => {
    world.answers.push(declined('insufficient_funds'), declined('insufficient_funds'));
    await world.pass(TERM);
    expect((await world.current()).status).to.equal('past_due');
    expect(await books()).to.deep.equal(FREE_AGAIN);
    await world.pass(2 * DAY);
    expect(await books()).to.deep.equal(FREE_AGAIN);
    world.meters.use(world.viewer, 1);
    await world.pass(5 * DAY);
    expect(await newest()).to.include({ status: 'succeeded', amountMinor: 1_104 });
    expect(await books()).to.deep.equal({ billed: 105, held: 0, invoiced: 105 });
  });

  it('that is given up leaves it unbilled, until the account buys again', async () => {
    await world.billing.setPaymentMethod({ actor: actor(), method: 'pm_declined' });
    for (let day = 0; day < 60; day += 1) await world.pass(DAY);
    expect((await world.current()).status).to.equal('expired');
    await expectBilledNext();
  });

  it('that nobody can tell about holds it until somebody can', async () => {
    const { find } = world.gateway;
    world.answers.push('lost-after');
    Object.assign(world.gateway, { find: async () => UNKNOWN_CHARGE });
    for (let hour = 0; hour < 24; hour += 1) await world.pass(hour === 0 ? TERM : HOUR);
    expect(await books()).to.deep.equal(HELD);
    Object.assign(world.gateway, { find });
    await world.pass(DAY);
    expect(await books()).to.deep.equal(BILLED);
  });

  it('is not made of an account that is suspended, or gone', async () => {
    world.suspended.add(world.viewer);
    await world.pass(TERM);
    expect(await books()).to.deep.equal(FREE_AGAIN);
    world.suspended.clear();
    await world.billing.closeAccount(world.viewer);
    await world.pass(3 * DAY);
    expect(world.charges).to.have.length(1);
    expect(await books()).to.deep.equal(FREE_AGAIN);
  });

  it('of a subscription that was cancelled meanwhile goes back, and gives it back', async () => {
    world.answers.push(async () => {
      await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    });
    await world.pass(TERM);
    expect((await newest())?.status).to.equal('refunded');
    await expectBilledNext();
  });
});
