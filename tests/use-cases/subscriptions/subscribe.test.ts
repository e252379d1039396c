import { expect } from 'chai';
import { after, DAY, instant } from '../../../src/kernel/instant.ts';
import { refusalOf, stage } from './stage.ts';

describe('subscribing', () => {
  it('starts the one trial of a person, then charges', async () => {
    const world = stage();
    const plan = await world.sell({ trialDays: 7 });
    const viewer = world.viewer();
    const trial = await world.purchase(viewer, plan.id, { intent: 'subscribe' });
    expect(trial).to.include({ status: 'trialing', endsAt: after(world.now(), 7 * DAY) });
    await world.face.cancel({ actor: viewer, when: 'now' });
    const paid = await world.purchase(viewer, plan.id, { intent: 'subscribe' });
    expect(paid.status).to.equal('active');
  });

  it('never tries what is bought', async () => {
    const world = stage();
    const plan = await world.sell({ trialDays: 7 });
    expect((await world.purchase(world.viewer(), plan.id)).status).to.equal('active');
  });

  it('lets a free plan begin without a trial', async () => {
    const world = stage();
    const plan = await world.sell({ trialDays: 7 }, 0);
    const bought = await world.purchase(world.viewer(), plan.id, { intent: 'subscribe' });
    expect(bought.status).to.equal('active');
  });

  it('turns a trial into the plan when it is paid for, from the end of the trial', async () => {
    const world = stage();
    const plan = await world.sell({ trialDays: 7 });
    const viewer = world.viewer();
    const trial = await world.purchase(viewer, plan.id, { intent: 'subscribe' });
    world.wait(DAY);
    const paid = await world.purchase(viewer, plan.id);
    expect(paid).to.include({ id: trial.id, status: 'active', anchor: trial.endsAt });
    expect(paid.endsAt).to.equal(after(instant(trial.endsAt ?? 0), 30 * DAY));
  });

  it('schedules a start ahead, and gives access at that instant without any job', async () => {
    const world = stage();
    const plan = await world.sell();
    const viewer = world.viewer();
    const startsAt = after(world.now(), 10 * DAY);
    const scheduled = await world.purchase(viewer, plan.id, { intent: 'subscribe', startsAt });
    expect(scheduled).to.include({ status: 'scheduled', startedAt: startsAt });
    expect(await refusalOf(world.purchase(viewer, null, { intent: 'renew' }))).to.equal(
      'subscriptions.not-renewable',
    );
    const reason = async () => (await world.face.accessOf([viewer.accountId]))[0]?.reason;
    world.wait(10 * DAY - 1);
    expect(await reason()).to.equal('not_started');
    world.wait(1);
    expect(await reason()).to.equal(null);
    expect((await world.face.current(viewer.accountId))?.subscription.status).to.equal('active');
  });

  it('starts now when the start is not in the future', async () => {
    const world = stage();
    const plan = await world.sell();
    const startsAt = world.now();
    const bought = await world.purchase(world.viewer(), plan.id, { intent: 'subscribe', startsAt });
    expect(bought.status).to.equal('active');
  });
});
