import { UNKNOWN_CHARGE } from '../../../src/billing/index.ts';
import { expect } from 'chai';
import { after, DAY, HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import { order } from '../../world/billing.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';
import { declined, openRenewals, type Renewals } from './renewals.ts';

const TERM = 30 * DAY;

let world: Renewals;
beforeEach(async () => {
  world = await openRenewals();
});

const collectAgainst = async (method: string): Promise<void> => {
  await world.subscribe('pm_ok');
  await world.billing.setPaymentMethod({ actor: order(world.viewer, null).actor, method });
};

describe('collecting what renews itself', () => {
  it('charges nothing before the term is over', async () => {
    await world.subscribe();
    await world.pass(TERM - 1);
    expect(world.charges).to.have.length(1);
    expect(await world.billing.nextDueAt(after(NOW, 365 * DAY))).to.equal(after(NOW, TERM));
  });

  it('charges the stored method off session at the end, and extends from there', async () => {
    await world.subscribe('pm_ok');
    await world.pass(TERM + 5 * MINUTE);
    expect(world.charges[1]).to.include({ method: 'pm_ok', offSession: true, accountId: world.viewer });
    expect(await world.current()).to.include({ status: 'active', endsAt: after(NOW, 2 * TERM) });
    const [collected] = await world.payments();
    expect(collected).to.include({ status: 'succeeded', collectionOf: (await world.current()).id });
    expect(collected?.subscriptionEndAt).to.equal(after(NOW, 2 * TERM));
    expect(collected?.invoiceId).to.be.a('string');
  });

  it('charges nobody who did not ask for it', async () => {
    await world.billing.purchase(order(world.viewer, world.monthly.id, { intent: 'subscribe' }));
    await world.pass(TERM + HOUR);
    expect(world.charges).to.have.length(1);
    expect((await world.current()).status).to.equal('expired');
  });

  it('goes on term by term for a year', async () => {
    await world.subscribe();
    for (let term = 0; term < 12; term += 1) await world.pass(TERM);
    expect(world.charges).to.have.length(13);
    expect((await world.current()).endsAt).to.equal(after(NOW, 13 * TERM));
  });

  it('collects what nobody was there to collect one term after the other', async () => {
    await world.subscribe();
    await world.pass(3 * TERM + HOUR);
    expect(world.charges).to.have.length(4);
    expect(await world.current()).to.include({ status: 'active', endsAt: after(NOW, 4 * TERM) });
    const ends = (await world.payments()).map(({ subscriptionEndAt }) => subscriptionEndAt);
    expect(ends.sort()).to.deep.equal([1, 2, 3, 4].map((term) => after(NOW, term * TERM)));
  });

  it('asks no gateway when nothing is to be paid', async () => {
    await world.subscribe();
    await world.unitOfWork.run(({ balances }) =>
      balances.save({ accountId: world.viewer, currency: 'USD', minor: 5_000, version: 1 }),
    );
    await world.pass(TERM);
    expect(world.charges).to.have.length(1);
    const [collected] = await world.payments();
    expect(collected).to.include({ status: 'succeeded', amountMinor: 0 });
    expect((await world.current()).endsAt).to.equal(after(NOW, 2 * TERM));
  });
});

describe('a collection that fails', () => {
  it('is tried again after 2, 5, 7 and 7 days, and then given up', async () => {
    await collectAgainst('pm_declined');
    await world.pass(TERM);
    let tried = after(NOW, TERM);
    for (const days of [2, 5, 7, 7]) {
      expect(await world.current()).to.include({ status: 'past_due', retryAt: after(tried, days * DAY) });
      expect((await world.payments())[0]).to.include({ status: 'failed', failureReason: 'card_declined' });
      await world.pass(days * DAY);
      tried = after(tried, days * DAY);
    }
    expect((await world.current()).status).to.equal('expired');
    expect(world.charges).to.have.length(6);
    await world.pass(365 * DAY);
    expect(world.charges).to.have.length(6);
  });

  it('is over with the first retry that is paid: within grace it goes on from the old end', async () => {
    await world.subscribe('pm_ok');
    world.answers.push(declined('insufficient_funds'));
    await world.pass(TERM);
    expect((await world.current()).status).to.equal('past_due');
    await world.pass(2 * DAY);
    expect(await world.current()).to.include({
      status: 'active',
      endsAt: after(NOW, 2 * TERM),
      failures: 0,
      retryAt: null,
    });
  });

  it('starts anew when it is paid behind the grace', async () => {
    await world.subscribe('pm_ok');
    world.answers.push(declined('insufficient_funds'), declined('insufficient_funds'));
    await world.pass(TERM);
    await world.pass(2 * DAY);
    await world.pass(5 * DAY);
    expect((await world.current()).endsAt).to.equal(after(NOW, TERM + 7 * DAY + TERM));
  });

  it('fails without a method that can be charged when nobody is there', async () => {
    Object.assign(world.gateway, { defaultOffSession: false });
    await world.subscribe();
    await world.unitOfWork.run(async ({ billingAccounts }) => {
      const known = await billingAccounts.find(world.viewer);
      if (known) await billingAccounts.save({ ...known, paymentMethod: null, version: known.version + 1 });
    });
    await world.pass(TERM);
    expect(world.charges).to.have.length(1);
    expect((await world.payments())[0]).to.include({ status: 'failed', failureReason: 'no_payment_method' });
    expect((await world.current()).status).to.equal('past_due');
  });

  it('is told with the time of the next try', async () => {
    await collectAgainst('pm_declined');
    await world.pass(TERM);
    const journal = await world.unitOfWork.read((stores) => stores.journal.since(0, 500));
    const told = journal.map(({ event }) => event).find(({ type }) => type === 'billing.payment-failed');
    expect(told?.data).to.include({ collection: true, retryAt: after(NOW, TERM + 2 * DAY) });
  });
});

describe('a collection whose outcome is unknown', () => {
  it('waits for the resolver, and nobody charges again meanwhile', async () => {
    await world.subscribe();
    world.answers.push('lost-after');
    await world.pass(TERM);
    expect((await world.payments())[0]).to.include({ status: 'pending' });
    await world.pass(MINUTE);
    expect(world.charges).to.have.length(2);
    await world.pass(5 * MINUTE);
    expect(world.charges).to.have.length(2);
    expect((await world.payments())[0]).to.include({ status: 'succeeded' });
    expect((await world.current()).endsAt).to.equal(after(NOW, 2 * TERM));
  });

  it('was a failure when the charge never began', async () => {
    await world.subscribe();
    world.answers.push('lost-before');
    await world.pass(TERM);
    await world.pass(5 * MINUTE);
    expect((await world.payments())[0]).to.include({ status: 'failed', failureReason: 'not-charged' });
    expect(await world.current()).to.include({
      status: 'past_due',
      retryAt: after(NOW, TERM + 5 * MINUTE + 2 * DAY),
    });
  });

  it('is asked about once a day when even the resolver gave up', async () => {
    await world.subscribe();
    const { find } = world.gateway;
    world.answers.push('lost-after');
    const asked: number[] = [];
    Object.assign(world.gateway, {
      find: async () => {
        asked.push(world.clock.now());
        return UNKNOWN_CHARGE;
      },
    });
    await world.pass(TERM);
    for (let hours = 0; hours < 9 * 24; hours += 1) await world.pass(HOUR);
    expect(asked.length).to.be.within(9, 12);
    expect(world.charges).to.have.length(2);
    Object.assign(world.gateway, { find });
    await world.pass(DAY);
    expect(await world.current()).to.include({ status: 'active', endsAt: after(NOW, 2 * TERM) });
  });
});

describe('what keeps a collection back', () => {
  it('leaves a suspended account alone, and looks again each day', async () => {
    await world.subscribe();
    world.suspended.add(world.viewer);
    await world.pass(TERM);
    expect(await world.billing.nextDueAt(after(NOW, 365 * DAY))).to.equal(after(NOW, TERM + DAY));
    await world.pass(DAY);
    expect(world.charges).to.have.length(1);
    world.suspended.clear();
    await world.pass(DAY);
    expect(world.charges).to.have.length(2);
  });

  it('does not charge beside a purchase of the account that is under way', async () => {
    await world.subscribe();
    await world.pass(TERM - DAY);
    world.answers.push('lost-after');
    await world.billing.purchase(order(world.viewer, null, { intent: 'renew' }));
    world.clock.turn(DAY);
    expect(await world.billing.collectDue(9)).to.deep.equal({ done: 1 });
    expect(world.charges).to.have.length(2);
    await world.pass(5 * MINUTE);
    await world.pass(HOUR);
    // What the purchase bought is the term that was due.
    expect(world.charges).to.have.length(2);
    expect((await world.current()).endsAt).to.equal(after(NOW, 2 * TERM));
  });

  it('collects nothing from an account that is closed', async () => {
    await world.subscribe();
    await world.billing.closeAccount(world.viewer);
    await world.pass(TERM + HOUR);
    expect(world.charges).to.have.length(1);
  });

  it('does not let one that fails keep the others waiting', async () => {
    const other = nextId();
    await world.subscribe();
    await world.subscribe(null, other);
    world.clock.turn(TERM);
    world.answers.push(async () => {
      throw new Error('a defect');
    });
    const failed = await world.billing.collectDue(9).catch((error: unknown) => error);
    expect(String(failed)).to.contain('1 of 2 collections failed');
    const ends = [await world.current(), await world.current(other)].map(({ endsAt }) => endsAt);
    expect(ends).to.have.members([after(NOW, TERM), after(NOW, 2 * TERM)]);
  });

  it('charges once when many sweep at the same time', async () => {
    const others = Array.from({ length: 5 }, nextId);
    for (const account of others) await world.subscribe(null, account);
    world.clock.turn(TERM);
    await Promise.all(Array.from({ length: 8 }, () => world.billing.collectDue(9)));
    expect(world.charges).to.have.length(10);
  });
});
