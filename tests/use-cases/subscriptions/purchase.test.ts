import { expect } from 'chai';
import { after, DAY } from '../../../src/kernel/instant.ts';
import { subscriptionOperations, subscriptionPolicy } from '../../../src/subscriptions/index.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf, stage, type Stage } from './stage.ts';

describe('buying a plan', () => {
  let world: Stage;
  beforeEach(() => {
    world = stage();
  });

  it('starts now, and tells so once', async () => {
    const plan = await world.sell();
    const viewer = world.viewer();
    const bought = await world.purchase(viewer, plan.id, { paymentId: 'payment' });
    expect(bought).to.include({ status: 'active', planId: plan.id, endsAt: after(world.now(), 30 * DAY) });
    expect(world.news.map(({ type, accountId }) => [type, accountId])).to.deep.equal([
      ['subscriptions.started', viewer.accountId],
    ]);
    expect(world.news[0]?.data).to.deep.include({ planId: plan.id, paymentId: 'payment' });
  });

  it('is refused where it breaks a rule', async () => {
    const [plan, other, retired] = [await world.sell(), await world.sell(), await world.sell()];
    await world.face.revisePlan(retired.id, { isActive: false });
    const subscriber = world.viewer();
    await world.purchase(subscriber, plan.id);
    await world.purchase(subscriber, plan.id);
    const tooFar = after(world.now(), 365 * DAY + 1);
    const refused = (...args: Parameters<Stage['purchase']>) => refusalOf(world.purchase(...args));

    expect(await refused(world.viewer(), nextId())).to.equal('request.not-found');
    expect(await refused(world.viewer(), retired.id)).to.equal('subscriptions.plan-unavailable');
    expect(await refused(subscriber, other.id)).to.equal('subscriptions.already-active');
    expect(await refused(subscriber, plan.id)).to.equal('subscriptions.renewal-too-early');
    expect(await refused(subscriber, null, { intent: 'renew' })).to.equal('subscriptions.renewal-too-early');
    expect(await refused(subscriber, plan.id, { intent: 'subscribe' })).to.equal(
      'subscriptions.already-active',
    );
    expect(await refused(world.viewer(), null, { intent: 'renew' })).to.equal('subscriptions.no-current');
    expect(await refused(world.viewer(), plan.id, { intent: 'subscribe', startsAt: tooFar })).to.equal(
      'subscriptions.start-too-far',
    );
  });

  it('renews on the version that was bought, also when the plan was edited and retired', async () => {
    const plan = await world.sell({ maxDevices: 2 });
    const viewer = world.viewer();
    const first = await world.purchase(viewer, plan.id);
    await world.face.revisePlan(plan.id, {
      isActive: false,
      terms: { maxDevices: 9, validity: { days: 5 } },
    });
    const renewed = await world.purchase(viewer, plan.id);
    expect(renewed).to.include({ id: first.id, termsVersion: 1, endsAt: after(world.now(), 60 * DAY) });
    const [access] = await world.face.accessOf([viewer.accountId]);
    expect(access?.grant?.maxDevices).to.equal(2);
  });

  it('carries one payment out once', async () => {
    const plan = await world.sell({ validity: { days: 1 } });
    const viewer = world.viewer();
    const bought = await world.purchase(viewer, plan.id, { paymentId: 'one' });
    expect(await world.purchase(viewer, plan.id, { paymentId: 'one' })).to.deep.equal(bought);
    expect(await world.purchase(viewer, plan.id, { paymentId: 'two' })).to.include({
      id: bought.id,
      endsAt: after(world.now(), 2 * DAY),
    });
  });

  it('follows an ended subscription with a new one', async () => {
    const plan = await world.sell();
    const viewer = world.viewer();
    const first = await world.purchase(viewer, plan.id);
    world.wait(30 * DAY);
    const renew = () => refusalOf(world.purchase(viewer, null, { intent: 'renew' }));
    expect(await renew(), 'at the end').to.equal('subscriptions.no-current');
    world.wait(1_000);
    expect(await renew(), 'a second behind it').to.equal('subscriptions.no-current');
    const second = await world.purchase(viewer, plan.id);
    expect(second.id).to.not.equal(first.id);
    expect(second).to.include({ status: 'active', startedAt: world.now() });
    const { items } = await world.face.history(viewer.accountId, { limit: 9 });
    expect(items.map(({ type }) => type)).to.deep.equal([
      'started',
      'expired',
      'end-neared',
      'end-neared',
      'started',
    ]);
    expect(items.map(({ seq }) => seq)).to.deep.equal([5, 4, 3, 2, 1]);
  });
});

describe('carrying out a purchase when the facts have changed', () => {
  const operations = subscriptionOperations({ ids: { next: nextId }, policy: subscriptionPolicy });

  /** Quotes now; the answer applies the quote later, as billing does once the money has arrived. */
  async function quoted(world: Stage, planId: string, intent: 'buy' | 'subscribe' = 'buy') {
    const actor = world.viewer();
    const quote = await world.quote(actor, planId, { intent });
    const apply = () =>
      world.unitOfWork.run((stores) =>
        operations.applyPurchase(stores, {
          accountId: actor.accountId,
          quote,
          paymentId: quote.kind === 'trial' ? null : nextId(),
          nets: null,
          actor,
          now: world.now(),
        }),
      );
    return { actor, quote, apply };
  }

  it('refuses a second subscription', async () => {
    const world = stage();
    const [plan, other] = [await world.sell(), await world.sell()];
    const late = await quoted(world, plan.id);
    await world.purchase(late.actor, other.id);
    expect(await refusalOf(late.apply())).to.equal('subscriptions.already-active');
  });

  it('refuses the same plan too: a purchase does not turn into a renewal', async () => {
    const world = stage();
    const plan = await world.sell();
    const late = await quoted(world, plan.id);
    await world.purchase(late.actor, plan.id);
    expect(await refusalOf(late.apply())).to.equal('subscriptions.already-active');
  });

  it('refuses a plan that was deleted meanwhile', async () => {
    const world = stage();
    const plan = await world.sell();
    const late = await quoted(world, plan.id);
    await world.face.removePlan(plan.id);
    expect(await refusalOf(late.apply())).to.equal('subscriptions.plan-unavailable');
  });

  it('keeps the quoted terms of a plan that was edited or retired meanwhile', async () => {
    const world = stage();
    const plan = await world.sell();
    const late = await quoted(world, plan.id);
    await world.face.revisePlan(plan.id, { isActive: false, terms: { validity: { days: 1 } } });
    expect(await late.apply()).to.include({ termsVersion: 1, endsAt: after(world.now(), 30 * DAY) });
  });

  it('refuses the second of two trials', async () => {
    const world = stage();
    const plan = await world.sell({ trialDays: 7 });
    const late = await quoted(world, plan.id, 'subscribe');
    await world.purchase(late.actor, plan.id, { intent: 'subscribe' });
    await world.face.cancel({ actor: late.actor, when: 'now' });
    expect(await refusalOf(late.apply())).to.equal('subscriptions.trial-used');
  });

  it('refuses to renew another subscription than the one that was quoted', async () => {
    const world = stage();
    const plan = await world.sell();
    const actor = world.viewer();
    const { accountId } = actor;
    await world.purchase(actor, plan.id);
    const now = world.now();
    const quote = await world.quote(actor, plan.id);
    await world.face.cancel({ actor, when: 'now' });
    await world.purchase(actor, plan.id);
    const late = world.unitOfWork.run((stores) =>
      operations.applyPurchase(stores, { accountId, quote, paymentId: nextId(), nets: null, actor, now }),
    );
    expect(await refusalOf(late)).to.equal('subscriptions.already-active');
  });

  it('starts anew when the subscription to renew ended while the payment was under way', async () => {
    const world = stage();
    const plan = await world.sell();
    const actor = world.viewer();
    const { accountId } = actor;
    const first = await world.purchase(actor, plan.id);
    world.wait(30 * DAY - 1);
    const quote = await world.quote(actor, null, { intent: 'renew' });
    expect(quote).to.include({ kind: 'renewal', subscriptionId: first.id });
    world.wait(1);
    const second = await world.unitOfWork.run((stores) =>
      operations.applyPurchase(stores, {
        accountId,
        quote,
        paymentId: nextId(),
        nets: null,
        actor,
        now: world.now(),
      }),
    );
    expect(second.id).to.not.equal(first.id);
    expect(second).to.include({ status: 'active', startedAt: world.now() });
  });
});
