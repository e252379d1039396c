import { expect } from 'chai';
import { after, DAY, toRfc3339 } from '../../../src/kernel/instant.ts';
import { refusalOf, stage, type Stage } from './stage.ts';
import { declined, subscriber, typesOf } from './subscriber.ts';

describe('pausing', () => {
  let world: Stage;
  beforeEach(() => {
    world = stage();
  });
  const pause = (
    actor: ReturnType<Stage['viewer']>,
    when: 'now' | 'period_end' | null = 'now',
    days: number | null = null,
  ) => world.face.pause({ actor, when, resumesAt: days === null ? null : after(world.now(), days * DAY) });

  it('now takes access at once, and uses no day of what was paid for', async () => {
    const { actor } = await subscriber(world);
    world.wait(10 * DAY);
    const paused = await pause(actor);
    expect(paused.subscription).to.include({ status: 'paused', pausedAt: world.now() });
    expect(paused.access.reason).to.equal('paused');
    expect(paused.daysLeft).to.equal(20);
    world.wait(100 * DAY);
    expect(await world.collect(), 'nothing is charged meanwhile').to.deep.equal([]);
    expect((await world.face.current(actor.accountId))?.daysLeft).to.equal(20);
    const resumed = await world.face.resume({ actor });
    if (resumed.needsPayment) throw new Error('twenty days are left');
    const { subscription, access } = resumed.subscription;
    const end = after(world.now(), 20 * DAY);
    expect(subscription).to.include({ status: 'active', endsAt: end, anchor: end, terms: 0, pausedAt: null });
    expect(subscription.stretches).to.have.length(1);
    expect(subscription.stretches[0]).to.include({ start: after(world.now(), -10 * DAY), end, minor: 999 });
    expect(subscription.stretches[0]?.paymentId).to.be.a('string');
    expect(access.reason).to.equal(null);
    world.wait(20 * DAY);
    await world.collect();
    expect((await world.face.current(actor.accountId))?.subscription).to.include({
      ...{ status: 'active', terms: 1, anchor: end },
      endsAt: after(end, 30 * DAY),
    });
  });

  it('over a month’s end counts the months behind it from the new end', async () => {
    const { actor, current } = await subscriber(world, { validity: { months: 1 } });
    world.wait(20 * DAY);
    await pause(actor, 'now', 30);
    world.wait(38 * DAY);
    expect(toRfc3339((await current()).endsAt ?? world.now())).to.equal('2026-03-30T12:00:00.000Z');
    await world.collect();
    expect(toRfc3339((await current()).endsAt ?? world.now())).to.equal('2026-04-30T12:00:00.000Z');
  });

  it('ends by itself on its date, at the instant, without any job', async () => {
    const { actor } = await subscriber(world);
    world.wait(29 * DAY);
    await pause(actor, 'now', 5);
    world.wait(5 * DAY - 1);
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal('paused');
    world.wait(1);
    expect(await world.face.nextDueAt(world.now())).to.equal(world.now());
    const back = await world.face.current(actor.accountId);
    expect(back?.access.reason).to.equal(null);
    expect(back?.subscription.endsAt).to.equal(after(world.now(), DAY));
    world.wait(DAY);
    expect(await world.face.advanceDue(9)).to.deep.equal({ done: 1 });
    expect(typesOf(world)).to.deep.equal(['started', 'end-neared', 'paused', 'resumed']);
  });

  it('reminds of the end that runs on once, where it was not reminded of before', async () => {
    const { actor } = await subscriber(world);
    world.wait(26 * DAY);
    await pause(actor);
    world.wait(50 * DAY);
    await world.face.resume({ actor });
    world.wait(4 * DAY);
    await world.face.advanceDue(9);
    // Seven days before the end it ran; the last day came behind the pause.
    const reminders = world.news.filter(({ type }) => type.endsWith('end-neared'));
    expect(reminders.map(({ data }) => data['days'])).to.deep.equal([7]);
    const { items } = await world.face.history(actor.accountId, { limit: 9 });
    expect(items.map(({ type, event }) => ('days' in event ? `${event.days} days` : type))).to.deep.equal([
      ...['1 days', 'resumed', 'paused', '7 days', 'started'],
    ]);
  });

  it('at the period’s end needs automatic renewal, and charges nothing there', async () => {
    const { actor, current } = await subscriber(world);
    expect(await pause(actor, 'period_end')).to.deep.include({ daysLeft: 30 });
    expect(await current()).to.include({ status: 'active', pauseAtPeriodEnd: true, resumesAt: null });
    world.wait(30 * DAY);
    expect(await world.collect()).to.deep.equal([]);
    expect(await current()).to.include({ status: 'paused', pauseAtPeriodEnd: false, pausedAt: world.now() });
    await world.face.setAutoRenew({ actor, on: false });
    const other = world.viewer();
    await world.purchase(other, (await world.sell()).id);
    expect(await refusalOf(pause(other, 'period_end'))).to.equal('subscriptions.needs-auto-renew');
    expect((await pause(other, null)).subscription.status, 'without it: now').to.equal('paused');
  });

  it('that a renewal put off behind its own end is looked at when it begins, not from the day it was to end', async () => {
    const { actor, plan, current } = await subscriber(world);
    await pause(actor, 'period_end', 35);
    await world.purchase(actor, plan.id, { intent: 'renew' });
    const { endsAt } = await current();
    expect(endsAt).to.equal(after(world.now(), 60 * DAY));
    expect(await world.face.nextCollectAt(after(world.now(), 90 * DAY))).to.equal(endsAt);
  });

  it('with nothing left is ended by paying: now, or on its date', async () => {
    const [self, dated] = [await subscriber(world), await subscriber(world)];
    await pause(self.actor, null);
    await pause(dated.actor, null, 40);
    world.wait(30 * DAY);
    expect(await world.face.resume({ actor: self.actor })).to.deep.equal({ needsPayment: true });
    const quote = await world.quote(self.actor, null, { intent: 'resume' });
    expect(quote).to.deep.include({ kind: 'resume', price: { minor: 999, currency: 'USD' } });
    expect(await world.purchase(self.actor, null, { intent: 'resume' })).to.include({
      ...{ status: 'active', anchor: world.now(), terms: 1, pausedAt: null },
      endsAt: after(world.now(), 30 * DAY),
    });
    expect(await refusalOf(world.quote(self.actor, null, { intent: 'resume' }))).to.equal(
      'subscriptions.nothing-to-resume',
    );
    world.wait(10 * DAY - 1);
    expect(await world.collect()).to.deep.equal([]);
    world.wait(1);
    expect((await world.collect()).map(({ kind }) => kind)).to.deep.equal(['resume']);
    expect(await dated.current()).to.include({ status: 'active', endsAt: after(world.now(), 30 * DAY) });
  });

  it('goes on without a date when its end could not be paid for', async () => {
    const { actor, current } = await subscriber(world);
    await pause(actor, 'period_end', 40);
    world.wait(40 * DAY);
    expect(await world.collect(declined)).to.have.length(1);
    expect(await current()).to.include({ status: 'paused', resumesAt: null, failures: 0 });
    expect(typesOf(world).at(-1)).to.equal('resume-failed');
    world.wait(99 * DAY);
    expect(await world.collect()).to.deep.equal([]);
    expect(await world.face.resume({ actor })).to.deep.equal({ needsPayment: true });
  });

  it('can be wished for anew, and taken back together with a cancellation', async () => {
    const { actor, current } = await subscriber(world);
    await pause(actor, 'period_end', 40);
    const { version } = (await pause(actor, 'period_end', 40)).subscription;
    expect(version, 'the same wish again').to.equal(2);
    expect((await pause(actor, 'period_end', 50)).subscription).to.include({
      resumesAt: after(world.now(), 50 * DAY),
    });
    await world.face.cancel({ actor, when: 'period_end' });
    await world.face.resume({ actor });
    expect(await current()).to.include({
      ...{ cancelAtPeriodEnd: false, pauseAtPeriodEnd: false, resumesAt: null },
    });
    expect(await refusalOf(world.face.resume({ actor }))).to.equal('subscriptions.nothing-to-resume');
  });

  it('gives way to a cancellation at the same end', async () => {
    const { actor, current } = await subscriber(world);
    await pause(actor, 'period_end');
    await world.face.cancel({ actor, when: 'period_end' });
    world.wait(30 * DAY);
    expect(await current()).to.include({ status: 'canceled' });
  });

  it('is refused where nothing runs, and for dates behind its beginning or a year ahead', async () => {
    const stranger = world.viewer();
    expect(await refusalOf(pause(stranger))).to.equal('subscriptions.no-current');
    const trial = await subscriber(world, { trialDays: 7 });
    expect(await refusalOf(pause(trial.actor))).to.equal('subscriptions.not-pausable');
    const { actor } = await subscriber(world);
    const refused = (when: 'now' | 'period_end', days: number) => refusalOf(pause(actor, when, days));
    expect(await refused('now', 0)).to.equal('subscriptions.resume-out-of-range');
    expect(await refused('now', 366)).to.equal('subscriptions.resume-out-of-range');
    expect(await refused('period_end', 30)).to.equal('subscriptions.resume-out-of-range');
    expect(await refused('period_end', 396)).to.equal('subscriptions.resume-out-of-range');
    expect((await pause(actor, 'period_end', 395)).subscription.pauseAtPeriodEnd).to.equal(true);
    expect((await pause(actor, 'now', 365)).subscription.status).to.equal('paused');
    expect(await refusalOf(pause(actor))).to.equal('subscriptions.not-pausable');
  });

  it('is refused while the next term is being charged', async () => {
    const { actor } = await subscriber(world);
    world.wait(30 * DAY);
    expect(await refusalOf(pause(actor))).to.equal('subscriptions.not-pausable');
  });

  it('takes back what was wished for when automatic renewal is switched off', async () => {
    const { actor, current } = await subscriber(world);
    await pause(actor, 'period_end', 40);
    await world.face.setAutoRenew({ actor, on: false });
    expect(await current()).to.include({ pauseAtPeriodEnd: false, resumesAt: null });
    world.wait(30 * DAY);
    expect(await current()).to.include({ status: 'expired' });
  });
});
