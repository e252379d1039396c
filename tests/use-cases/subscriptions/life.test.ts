import { expect } from 'chai';
import { after, DAY, HOUR, instant } from '../../../src/kernel/instant.ts';
import { foldHistory } from '../../../src/subscriptions/evolve.ts';
import { refusalOf, stage } from './stage.ts';

describe('cancelling', () => {
  it('keeps access until the end, and then ends as canceled', async () => {
    const world = stage();
    const viewer = world.viewer();
    await world.purchase(viewer, (await world.sell()).id);
    const cancelled = await world.face.cancel({ actor: viewer, when: 'period_end' });
    expect(cancelled.subscription).to.include({ status: 'active', cancelAtPeriodEnd: true });
    expect(cancelled.access.reason).to.equal(null);
    world.wait(30 * DAY);
    const ended = await world.face.current(viewer.accountId);
    expect(ended?.subscription).to.include({ status: 'canceled', endedAt: world.now() });
    expect(ended).to.include({ daysLeft: 0 });
    expect(ended?.access.reason).to.equal('ended');
  });

  it('changes nothing the second time', async () => {
    const world = stage();
    const viewer = world.viewer();
    await world.purchase(viewer, (await world.sell()).id);
    const first = await world.face.cancel({ actor: viewer, when: 'period_end' });
    const second = await world.face.cancel({ actor: viewer, when: 'period_end' });
    expect(second).to.deep.equal(first);
    expect((await world.face.history(viewer.accountId, { limit: 9 })).items).to.have.length(2);
  });

  it('ends at once when asked, also after the end was chosen', async () => {
    const world = stage();
    const viewer = world.viewer();
    await world.purchase(viewer, (await world.sell()).id);
    await world.face.cancel({ actor: viewer, when: 'period_end' });
    const ended = await world.face.cancel({ actor: viewer, when: 'now' });
    expect(ended.subscription.status).to.equal('canceled');
    expect(ended.access.grant).to.equal(null);
    expect(await refusalOf(world.face.cancel({ actor: viewer, when: 'now' }))).to.equal(
      'subscriptions.no-current',
    );
  });

  it('is refused without a subscription, and behind its end though nobody swept', async () => {
    const world = stage();
    const viewer = world.viewer();
    const cancel = () => refusalOf(world.face.cancel({ actor: viewer, when: 'period_end' }));
    expect(await cancel()).to.equal('subscriptions.no-current');
    await world.purchase(viewer, (await world.sell()).id);
    world.wait(30 * DAY);
    expect(await cancel()).to.equal('subscriptions.no-current');
  });

  it('is undone by resuming, once', async () => {
    const world = stage();
    const viewer = world.viewer();
    const resume = () => world.face.resume({ actor: viewer });
    expect(await refusalOf(resume())).to.equal('subscriptions.no-current');
    await world.purchase(viewer, (await world.sell()).id);
    expect(await refusalOf(resume())).to.equal('subscriptions.nothing-to-resume');
    await world.face.cancel({ actor: viewer, when: 'period_end' });
    const resumed = await resume();
    expect(resumed.needsPayment ? undefined : resumed.subscription.subscription.cancelAtPeriodEnd).to.equal(
      false,
    );
    expect(await refusalOf(resume())).to.equal('subscriptions.nothing-to-resume');
  });

  it('comes with the deletion of the account, without a fault when there is nothing', async () => {
    const world = stage();
    const viewer = world.viewer();
    await world.face.cancelForDeletedAccount(viewer.accountId);
    await world.purchase(viewer, (await world.sell()).id);
    await world.face.cancelForDeletedAccount(viewer.accountId);
    await world.face.cancelForDeletedAccount(viewer.accountId);
    const { items } = await world.face.history(viewer.accountId, { limit: 9 });
    expect(items.map(({ type, actor }) => [type, actor])).to.deep.equal([
      ['canceled', 'system:account-deleted'],
      ['started', `account:${viewer.accountId}`],
    ]);
  });
});

describe('sweeping', () => {
  it('writes down what fell due with its own time, and tells it once', async () => {
    const world = stage();
    const viewer = world.viewer();
    const bought = await world.purchase(viewer, (await world.sell()).id);
    const started = world.now();
    world.wait(23 * DAY);
    expect(await world.face.nextDueAt(world.now())).to.equal(world.now());
    expect(await world.face.advanceDue(10)).to.deep.equal({ done: 1 });
    expect(await world.face.advanceDue(10)).to.deep.equal({ done: 0 });
    world.wait(9 * DAY);
    expect(await world.face.advanceDue(10)).to.deep.equal({ done: 1 });
    expect(await world.face.nextDueAt(after(world.now(), 999 * DAY))).to.equal(undefined);
    const told = world.news.map(({ type, at, data }) => [type, (at - started) / DAY, data['days']]);
    // The reminder of the last day was slept through: behind the end it is news no more.
    expect(told).to.deep.equal([
      ['subscriptions.started', 0, undefined],
      ['subscriptions.end-neared', 23, 7],
      ['subscriptions.expired', 30, undefined],
    ]);
    const [newest] = (await world.face.history(viewer.accountId, { limit: 1 })).items;
    expect(newest).to.include({
      effectiveAt: bought.endsAt,
      recordedAt: world.now(),
      actor: 'system:calendar',
    });
  });

  it('tells only the nearest of two reminders that fell due together', async () => {
    const world = stage();
    await world.purchase(world.viewer(), (await world.sell()).id);
    world.wait(29 * DAY + HOUR);
    await world.face.advanceDue(10);
    const reminders = world.news.filter(({ type }) => type === 'subscriptions.end-neared');
    expect(reminders.map(({ data }) => data['days'])).to.deep.equal([1]);
  });

  it('takes a bounded batch, the longest due first', async () => {
    const world = stage();
    const plan = await world.sell({ validity: { days: 1 } });
    const viewers = [world.viewer(), world.viewer(), world.viewer()];
    for (const viewer of viewers) {
      await world.purchase(viewer, plan.id);
      world.wait(1);
    }
    world.wait(DAY);
    expect(await world.face.advanceDue(2)).to.deep.equal({ done: 2 });
    const ended = world.news.filter(({ type }) => type === 'subscriptions.expired');
    expect(ended.map(({ accountId }) => accountId)).to.deep.equal(
      viewers.slice(0, 2).map(({ accountId }) => accountId),
    );
  });
});

describe('the history', () => {
  it('folds to the saved state, whatever happened', async () => {
    const world = stage();
    const viewer = world.viewer();
    const plan = await world.sell({ trialDays: 3 });
    await world.purchase(viewer, plan.id, { intent: 'subscribe' });
    await world.purchase(viewer, plan.id);
    await world.face.cancel({ actor: viewer, when: 'period_end' });
    world.wait(20 * DAY);
    await world.purchase(viewer, plan.id);
    world.wait(40 * DAY);
    await world.face.advanceDue(10);
    const { items } = await world.face.history(viewer.accountId, { limit: 99 });
    const told = foldHistory(items.toReversed().map(({ event }) => event));
    const saved = await world.unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer.accountId));
    expect(told).to.deep.equal(saved);
  });

  it('tells the state as of any instant', async () => {
    const world = stage();
    const viewer = world.viewer();
    const start = world.now();
    await world.purchase(viewer, (await world.sell()).id);
    world.wait(5 * DAY);
    await world.face.cancel({ actor: viewer, when: 'period_end' });
    world.wait(100 * DAY);
    const asOf = async (days: number) => {
      const details = await world.face.asOf(viewer.accountId, after(start, days * DAY));
      return (
        details && [details.subscription.status, details.subscription.cancelAtPeriodEnd, details.daysLeft]
      );
    };
    expect(await asOf(-1)).to.equal(undefined);
    expect(await asOf(0)).to.deep.equal(['active', false, 30]);
    expect(await asOf(4.5)).to.deep.equal(['active', false, 26]);
    expect(await asOf(5)).to.deep.equal(['active', true, 25]);
    expect(await asOf(30)).to.deep.equal(['canceled', true, 0]);
  });

  it('says who did what: what merely fell due before a command is the calendar’s', async () => {
    const world = stage();
    const viewer = world.viewer();
    await world.purchase(viewer, (await world.sell()).id);
    world.wait(25 * DAY);
    await world.face.cancel({ actor: viewer, when: 'period_end' });
    const { items } = await world.face.history(viewer.accountId, { limit: 9 });
    expect(items.map(({ type, actor }) => [type, actor])).to.deep.equal([
      ['cancellation-requested', `account:${viewer.accountId}`],
      ['end-neared', 'system:calendar'],
      ['started', `account:${viewer.accountId}`],
    ]);
  });

  it('never goes back when another process has a slower clock', async () => {
    const world = stage();
    const viewer = world.viewer();
    await world.purchase(viewer, (await world.sell()).id);
    world.wait(-HOUR);
    await world.face.cancel({ actor: viewer, when: 'now' });
    const { items } = await world.face.history(viewer.accountId, { limit: 9 });
    expect(items[0]?.effectiveAt).to.equal(items[1]?.effectiveAt);
  });
});

describe('asking for access', () => {
  it('answers many accounts in the order asked', async () => {
    const world = stage();
    const plan = await world.sell({ accessLevel: 'premium' });
    const [subscriber, stranger, former] = [world.viewer(), world.viewer(), world.viewer()];
    await world.purchase(subscriber, plan.id);
    await world.purchase(former, plan.id);
    await world.face.cancel({ actor: former, when: 'now' });
    const asked = [stranger, subscriber, former, subscriber].map(({ accountId }) => accountId);
    const answers = await world.face.accessOf(asked);
    expect(answers.map(({ level, reason }) => [level, reason])).to.deep.equal([
      ['free', 'no_subscription'],
      ['premium', null],
      ['free', 'ended'],
      ['premium', null],
    ]);
    expect([...(await world.face.everSubscribed(asked))]).to.have.members([
      subscriber.accountId,
      former.accountId,
    ]);
  });

  it('holds to the last millisecond, days left being rounded up', async () => {
    const world = stage();
    const viewer = world.viewer();
    const { endsAt } = await world.purchase(viewer, (await world.sell()).id);
    world.wait(30 * DAY - 1);
    expect(await world.face.current(viewer.accountId)).to.include({ daysLeft: 1 });
    expect((await world.face.accessOf([viewer.accountId]))[0]?.until).to.equal(endsAt);
    expect(instant(world.now() + 1)).to.equal(endsAt);
    world.wait(1);
    expect((await world.face.accessOf([viewer.accountId]))[0]?.reason).to.equal('ended');
  });
});
