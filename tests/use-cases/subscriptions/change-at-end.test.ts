import { expect } from 'chai';
import { after, DAY, HOUR, toRfc3339 } from '../../../src/kernel/instant.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf, stage, type Stage } from './stage.ts';
import { declined, subscriber, typesOf } from './subscriber.ts';

const YEAR = { validity: { months: 12 } } as const;

describe('changing the plan at the end of the period', () => {
  let world: Stage;
  beforeEach(() => {
    world = stage();
  });

  it('is made once per Idempotency-Key, a withdrawal too', async () => {
    const { actor, plan } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    const order = (planId: string, key: string) =>
      world.face.scheduleChange({ actor, planId, idempotency: { key, fingerprint: planId } });
    const first = await order(dear.id, 'there');
    expect(await order(dear.id, 'there')).to.deep.equal({ ...first, replayed: true });
    const back = await order(plan.id, 'back');
    expect(back.result.scheduled).to.equal(null);
    expect(await order(plan.id, 'back')).to.deep.equal({ ...back, replayed: true });
    expect(await refusalOf(order(dear.id, 'back'))).to.equal('idempotency.other-request');
  });

  it('costs nothing now, and is what the next period is bought on', async () => {
    const { actor, plan, current } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    const { endsAt, anchor } = await current();
    const preview = await world.face.previewScheduledChange({ actor, planId: dear.id });
    expect(preview.scheduled).to.deep.equal({ id: dear.id, code: dear.code, name: 'Standard' });
    expect((await current()).version, 'a preview changes nothing').to.equal(1);
    const scheduled = await world.face.scheduleChange({ actor, planId: dear.id, idempotency: undefined });
    expect(scheduled).to.deep.equal({ result: preview, replayed: false });
    expect(await current()).to.include({ planId: plan.id, endsAt });
    world.wait(30 * DAY);
    expect((await world.collect()).map(({ price }) => price.minor)).to.deep.equal([2_000]);
    expect(await current()).to.include({
      ...{ planId: dear.id, scheduledChange: null, anchor, terms: 2 },
      endsAt: after(world.now(), 30 * DAY),
    });
    expect(typesOf(world).slice(-2)).to.deep.equal(['changed', 'renewed']);
  });

  it('of another length counts from the old end', async () => {
    const { actor, current } = await subscriber(world);
    const year = await world.sell(YEAR, 9_900);
    await world.face.scheduleChange({ actor, planId: year.id, idempotency: undefined });
    world.wait(30 * DAY);
    const old = world.now();
    world.wait(HOUR);
    await world.collect();
    expect(await current()).to.include({ anchor: old, terms: 1 });
    expect(toRfc3339((await current()).endsAt ?? old)).to.equal('2027-03-02T12:00:00.000Z');
  });

  it('uses up the terms that were paid ahead first', async () => {
    const { actor, plan, current } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    await world.face.scheduleChange({ actor, planId: dear.id, idempotency: undefined });
    await world.purchase(actor, plan.id, { intent: 'renew' });
    world.wait(30 * DAY);
    expect(await world.collect()).to.deep.equal([]);
    expect(await current()).to.include({ planId: plan.id });
    world.wait(30 * DAY);
    await world.collect();
    expect(await current()).to.include({ planId: dear.id, terms: 3 });
  });

  it('comes with the debt, whoever pays it', async () => {
    const { actor, current } = await subscriber(world, { graceDays: 9 });
    const dear = await world.sell({}, 2_000);
    await world.face.scheduleChange({ actor, planId: dear.id, idempotency: undefined });
    world.wait(30 * DAY);
    await world.collect(declined);
    expect((await world.quote(actor, null, { intent: 'renew' })).price.minor).to.equal(2_000);
    await world.purchase(actor, null, { intent: 'renew' });
    expect(await current()).to.include({ status: 'active', planId: dear.id, terms: 2 });
  });

  it('leaves the grace to the plan that was: paid within it, the term begins at the old end', async () => {
    const { actor, current } = await subscriber(world, { graceDays: 9 });
    const strict = await world.sell({ graceDays: 0 }, 2_000);
    const { endsAt, anchor } = await current();
    await world.face.scheduleChange({ actor, planId: strict.id, idempotency: undefined });
    world.wait(30 * DAY);
    await world.collect(declined);
    world.wait(DAY);
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal(null);
    await world.purchase(actor, null, { intent: 'renew' });
    expect(await current()).to.include({
      ...{ status: 'active', planId: strict.id, anchor, terms: 2 },
      endsAt: after(endsAt ?? world.now(), 30 * DAY),
    });
  });

  it('is withdrawn by choosing the present plan, by automatic renewal switched off, and by changing now', async () => {
    const { actor, plan, current } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    const schedule = async (planId: string) =>
      (await world.face.scheduleChange({ actor, planId, idempotency: undefined })).result;
    await schedule(dear.id);
    const { version } = (await schedule(dear.id)).subscription;
    expect(version, 'the same wish again').to.equal(2);
    expect((await schedule(plan.id)).scheduled).to.equal(null);
    expect(await refusalOf(schedule(plan.id))).to.equal('subscriptions.same-plan');
    await schedule(dear.id);
    await world.face.setAutoRenew({ actor, on: false });
    expect(await current()).to.include({ scheduledChange: null });
    expect(await refusalOf(schedule(dear.id))).to.equal('subscriptions.needs-auto-renew');
    await world.face.setAutoRenew({ actor, on: true });
    await schedule(dear.id);
    await world.purchase(actor, dear.id, { intent: 'change' });
    expect(await current()).to.include({ scheduledChange: null, planId: dear.id });
  });

  it('is refused as a change now is', async () => {
    const { actor } = await subscriber(world);
    const retired = await world.sell();
    await world.face.revisePlan(retired.id, { isActive: false });
    const refused = (who: typeof actor, planId: string) =>
      refusalOf(world.face.scheduleChange({ actor: who, planId, idempotency: undefined }));
    expect(await refused(actor, nextId())).to.equal('request.not-found');
    expect(await refused(actor, retired.id)).to.equal('subscriptions.plan-unavailable');
    expect(await refused(world.viewer(), (await world.sell()).id)).to.equal('subscriptions.no-current');
    const preview = world.face.previewScheduledChange({ actor: world.viewer(), planId: retired.id });
    expect(await refusalOf(preview)).to.equal('subscriptions.no-current');
  });
});
