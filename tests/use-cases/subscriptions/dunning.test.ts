import { expect } from 'chai';
import { after, DAY, HOUR } from '../../../src/kernel/instant.ts';
import { stage, type Stage } from './stage.ts';
import { declined, subscriber, typesOf } from './subscriber.ts';

describe('dunning', () => {
  let world: Stage;
  beforeEach(() => {
    world = stage();
  });

  it('tries again after 2, 5, 7 and 7 days, each counted from the failure before, then gives up', async () => {
    const { current } = await subscriber(world, { graceDays: 3 });
    world.wait(30 * DAY);
    const due = world.now();
    const tried: number[] = [];
    for (let hour = 0; hour < 40 * 24; hour += 1) {
      if ((await world.collect(declined)).length > 0) tried.push((world.now() - due) / DAY);
      world.wait(HOUR);
    }
    expect(tried).to.deep.equal([0, 2, 7, 14, 21]);
    expect(await current()).to.include({ status: 'expired', endedAt: after(due, 21 * DAY), retryAt: null });
    expect(typesOf(world).slice(-5)).to.deep.equal([
      'renewal-failed',
      'renewal-failed',
      'renewal-failed',
      'renewal-failed',
      'expired',
    ]);
    expect(world.news.filter(({ type }) => type.endsWith('renewal-failed'))[0]?.data['retryAt']).to.equal(
      after(due, 2 * DAY),
    );
  });

  it('keeps access for the grace of the plan, apart from the retries', async () => {
    const { actor } = await subscriber(world, { graceDays: 3 });
    const reason = async () => (await world.face.current(actor.accountId))?.access.reason;
    world.wait(30 * DAY);
    await world.collect(declined);
    world.wait(3 * DAY - 1);
    expect(await reason()).to.equal(null);
    world.wait(1);
    expect(await reason()).to.equal('past_due_grace_over');
  });

  it('paid within the grace goes on from the old end, later from now, which is the new anchor', async () => {
    const first = await subscriber(world, { graceDays: 3 });
    const later = await subscriber(world, { graceDays: 1 });
    world.wait(30 * DAY);
    const due = world.now();
    await world.collect(declined);
    world.wait(2 * DAY);
    expect(await world.collect()).to.have.length(2);
    expect(await first.current()).to.include({
      ...{ status: 'active', failures: 0, retryAt: null },
      endsAt: after(due, 30 * DAY),
    });
    expect(await later.current()).to.include({
      ...{ status: 'active', failures: 0, terms: 1 },
      anchor: world.now(),
      endsAt: after(world.now(), 30 * DAY),
    });
  });

  it('is ended by paying oneself, whenever', async () => {
    const { actor, plan, current } = await subscriber(world, { graceDays: 30 });
    world.wait(30 * DAY);
    await world.collect(declined);
    world.wait(DAY);
    await world.purchase(actor, plan.id);
    expect(await current()).to.include({ status: 'active', failures: 0, retryAt: null, terms: 2 });
    world.wait(2 * DAY);
    expect(await world.collect()).to.deep.equal([]);
  });

  it('counts the failures of each debt anew', async () => {
    const { current } = await subscriber(world, { graceDays: 30 });
    world.wait(30 * DAY);
    await world.collect(declined);
    world.wait(2 * DAY);
    await world.collect();
    world.wait(28 * DAY);
    await world.collect(declined);
    expect(await current()).to.include({ failures: 1, retryAt: after(world.now(), 2 * DAY) });
  });

  /** polarsource/polar#13125: cancelling what was past due left its retries running, and was charged. */
  it('ends with a cancellation, which is always now: polarsource/polar#13125', async () => {
    for (const when of ['now', 'period_end'] as const) {
      const { actor, current } = await subscriber(world);
      world.wait(30 * DAY);
      await world.collect(declined);
      const { subscription } = await world.face.cancel({ actor, when });
      expect(subscription).to.include({ status: 'canceled', endedAt: world.now(), retryAt: null });
      world.wait(40 * DAY);
      expect(await world.collect()).to.deep.equal([]);
      expect(await current()).to.include({ status: 'canceled' });
    }
  });

  it('stops when automatic renewal is switched off: it expires with the grace', async () => {
    const { actor, current } = await subscriber(world, { graceDays: 3 });
    world.wait(30 * DAY);
    const due = world.now();
    await world.collect(declined);
    world.wait(DAY);
    const { subscription, access } = await world.face.setAutoRenew({ actor, on: false });
    expect(subscription).to.include({ status: 'past_due', retryAt: null, givesUpAt: after(due, 3 * DAY) });
    expect(access.reason).to.equal(null);
    world.wait(DAY);
    expect(await world.collect()).to.deep.equal([]);
    world.wait(DAY);
    expect(await current()).to.include({ status: 'expired', endedAt: after(due, 3 * DAY) });
    await world.face.advanceDue(10);
    expect(typesOf(world).at(-1)).to.equal('expired');
  });

  it('stopped behind the grace expires at once', async () => {
    const { actor } = await subscriber(world, { graceDays: 1 });
    world.wait(30 * DAY);
    await world.collect(declined);
    world.wait(DAY);
    const { subscription } = await world.face.setAutoRenew({ actor, on: false });
    expect(subscription).to.include({ status: 'expired', endedAt: world.now() });
  });

  it('goes on at once when automatic renewal is switched on again', async () => {
    const { actor, current } = await subscriber(world, { graceDays: 10 });
    world.wait(30 * DAY);
    await world.collect(declined);
    await world.face.setAutoRenew({ actor, on: false });
    world.wait(DAY);
    await world.face.setAutoRenew({ actor, on: true });
    expect(await world.collect()).to.have.length(1);
    expect(await current()).to.include({ status: 'active', givesUpAt: null });
  });

  it('of a trial that nobody could be charged for is the same', async () => {
    const { current } = await subscriber(world, { trialDays: 7, graceDays: 3 });
    world.wait(7 * DAY);
    await world.collect(declined);
    expect(await current()).to.include({ status: 'past_due', failures: 1 });
    world.wait(2 * DAY);
    await world.collect();
    expect(await current()).to.include({ status: 'active', anchor: after(world.now(), -2 * DAY), terms: 1 });
  });
});
