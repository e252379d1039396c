import { expect } from 'chai';
import { UNKNOWN_CHARGE, type CanceledStart } from '../../../src/billing/index.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { declined, openRenewals, type Renewals } from './renewals.ts';

/** What went wrong elsewhere, named after the threads that tell of it. */

const TERM = 30 * DAY;

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
});

const actor = () => order(world.viewer, null).actor;
const access = async (): Promise<string | undefined> =>
  (await world.subscriptions.accessOf([world.viewer]))[0]?.level;

describe('killbill/killbill#1997: paid for, and blocked by another debt', () => {
  it('keeps access to what is paid for while the next term is owed', async () => {
    await world.subscribe();
    await world.pass(TERM - 10 * DAY);
    await world.billing.purchase(order(world.viewer, null, { intent: 'renew' }));
    world.answers.push(...Array.from({ length: 5 }, () => declined('card_declined')));
    await world.pass(10 * DAY);
    // The old end is behind us and the second term is paid: nothing is due, and nothing is blocked.
    expect(await access()).to.equal('basic');
    await world.pass(TERM - HOUR);
    expect(await access()).to.equal('basic');
    await world.pass(2 * HOUR);
    expect((await world.current()).status).to.equal('past_due');
    expect(await access()).to.equal('basic');
    await world.pass(3 * DAY);
    expect(await access()).to.equal('free');
  });

  it('gives access the moment the debt is paid by hand', async () => {
    await world.subscribe();
    world.answers.push(...Array.from({ length: 2 }, () => declined('card_declined')));
    await world.pass(TERM);
    await world.pass(4 * DAY);
    expect(await access()).to.equal('free');
    await world.billing.purchase(order(world.viewer, null, { intent: 'renew', paymentMethod: 'pm_ok' }));
    expect(await access()).to.equal('basic');
    expect(await world.current()).to.include({ status: 'active', failures: 0, retryAt: null });
    const charged = world.charges.length;
    await world.pass(20 * DAY);
    expect(world.charges).to.have.length(charged);
  });
});

describe('polarsource/polar#13125: charged after it was cancelled', () => {
  it('collects nothing from a subscription that was cancelled', async () => {
    await world.subscribe();
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    await world.pass(3 * TERM);
    expect(world.charges).to.have.length(1);
  });

  it('collects nothing at the end of a period that was to be the last', async () => {
    await world.subscribe();
    await world.subscriptions.cancel({ actor: actor(), when: 'period_end' });
    await world.pass(3 * TERM);
    expect(world.charges).to.have.length(1);
    expect((await world.current()).status).to.equal('canceled');
  });

  it('ends the retries of a debt with the cancellation', async () => {
    await world.subscribe();
    world.answers.push(declined('card_declined'));
    await world.pass(TERM);
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    await world.pass(TERM);
    expect(world.charges).to.have.length(2);
  });

  it('ends the retries of a debt when it is not to renew itself any more', async () => {
    await world.subscribe();
    world.answers.push(declined('card_declined'));
    await world.pass(TERM);
    await world.subscriptions.setAutoRenew({ actor: actor(), on: false });
    await world.pass(TERM);
    expect(world.charges).to.have.length(2);
    expect((await world.current()).status).to.equal('expired');
  });

  it('gives back what was captured while the cancellation overtook it', async () => {
    await world.subscribe();
    world.answers.push(async () => {
      await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    });
    await world.pass(TERM);
    expect(world.charges).to.have.length(2);
    const [late] = await world.payments();
    expect(late).to.include({ status: 'refunded', subscriptionId: null });
    expect((await world.current()).status).to.equal('canceled');
  });

  it('gives back what was captured while automatic renewal was switched off', async () => {
    await world.subscribe();
    world.answers.push(async () => {
      await world.subscriptions.setAutoRenew({ actor: actor(), on: false });
    });
    await world.pass(TERM);
    expect((await world.payments())[0]).to.include({ status: 'refunded', subscriptionId: null });
    expect((await world.current()).status).to.equal('expired');
  });

  it('gives back a retry that was captured while automatic renewal was switched off', async () => {
    await world.subscribe();
    world.answers.push(declined('card_declined'), async () => {
      await world.subscriptions.setAutoRenew({ actor: actor(), on: false });
    });
    await world.pass(TERM);
    await world.pass(2 * DAY);
    expect((await world.payments())[0]).to.include({ status: 'refunded', subscriptionId: null });
    await world.pass(2 * DAY);
    expect((await world.current()).status).to.equal('expired');
    expect(world.charges).to.have.length(3);
  });

  it('gives back what a lost answer turns out to have captured after the cancellation', async () => {
    await world.subscribe();
    world.answers.push('lost-after');
    await world.pass(TERM);
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    await world.pass(5 * MINUTE);
    const [late] = await world.payments();
    expect(late).to.include({ status: 'refunded', subscriptionId: null });
    expect((await world.current()).status).to.equal('canceled');
  });
});

describe('WWBN/AVideo#8283: paid, and no subscription', () => {
  it('has a term for every payment that was taken and kept', async () => {
    await world.subscribe();
    world.answers.push('lost-after', 'lost-before', 'lost-after');
    for (let day = 0; day < 100; day += 1) await world.pass(DAY);
    const kept = (await world.payments()).filter(({ status }) => status === 'succeeded');
    const history = await world.unitOfWork.read(({ subscriptionHistory }) =>
      subscriptionHistory.list(world.viewer, { limit: 100 }),
    );
    const carriedOut = history.items.flatMap(({ paymentId }) => paymentId ?? []);
    expect(carriedOut).to.have.members(kept.map(({ id }) => id));
    expect(await access()).to.equal('basic');
  });
});

describe('a first payment that waits for its payer', () => {
  const awaited = async (): Promise<CanceledStart> => {
    const { payment } = await world.subscribe('pm_requires_action');
    if (!payment?.subscriptionId) throw new Error('nothing waits');
    return { accountId: world.viewer, subscriptionId: payment.subscriptionId };
  };

  it('is given up at the gateway after 23 hours, together with its subscription', async () => {
    await awaited();
    expect((await world.current()).status).to.equal('incomplete');
    await world.pass(23 * HOUR - 1);
    expect((await world.payments())[0]?.status).to.equal('requires_action');
    await world.pass(1);
    expect((await world.payments())[0]).to.include({ status: 'expired', nextCheckAt: null });
    expect((await world.current()).status).to.equal('expired');
    expect((await world.subscribe('pm_ok')).payment?.status).to.equal('succeeded');
  });

  it('is given up with the subscription that was cancelled, once', async () => {
    const over = await awaited();
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    await world.billing.expireAwaited(over);
    await world.billing.expireAwaited(over);
    expect((await world.payments())[0]).to.include({ status: 'expired' });
  });

  it('goes back when it was paid in the moment of its end', async () => {
    const over = await awaited();
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    Object.assign(world.gateway, {
      abandon: async () => ({ ...UNKNOWN_CHARGE, outcome: 'captured', reference: 'late' }),
    });
    await world.billing.expireAwaited(over);
    const [late] = await world.payments();
    expect(late).to.include({ status: 'succeeded' });
    const refunds = await world.unitOfWork.read((stores) => stores.refunds.listOf(late?.id ?? ''));
    expect(refunds).to.have.length(1);
    expect((await world.current()).status).to.equal('expired');
  });

  it('is left open when the gateway does not answer, and tried again', async () => {
    await awaited();
    const { abandon } = world.gateway;
    Object.assign(world.gateway, { abandon: async () => UNKNOWN_CHARGE });
    await world.pass(23 * HOUR);
    expect((await world.payments())[0]?.status).to.equal('requires_action');
    Object.assign(world.gateway, { abandon });
    await world.pass(2 * DAY);
    expect((await world.payments())[0]?.status).to.equal('expired');
  });

  it('leaves other purchases of the account alone', async () => {
    await awaited();
    await world.billing.expireAwaited({ accountId: world.viewer, subscriptionId: 'another' });
    expect((await world.payments())[0]?.status).to.equal('requires_action');
  });
});
