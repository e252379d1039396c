import { expect } from 'chai';
import { after } from '../../../src/kernel/instant.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { refusalOf, stage } from './stage.ts';

describe('managing plans', () => {
  it('refuses a code that another plan has, made or renamed', async () => {
    const world = stage();
    await world.face.createPlan(plan('gold'));
    const silver = await world.face.createPlan(plan('silver'));
    expect(await refusalOf(world.face.createPlan(plan('gold')))).to.equal('subscriptions.plan-code-taken');
    expect(await refusalOf(world.face.revisePlan(silver.id, { code: 'gold' }))).to.equal(
      'subscriptions.plan-code-taken',
    );
    expect((await world.face.revisePlan(silver.id, { code: 'silver' })).code).to.equal('silver');
  });

  it('refuses what breaks the rules of plans, made or edited', async () => {
    const world = stage();
    expect(await refusalOf(world.face.createPlan(plan('gold', 1, { maxDevices: 0 })))).to.equal(
      'request.invalid',
    );
    const gold = await world.face.createPlan(plan('gold'));
    expect(await refusalOf(world.face.revisePlan(gold.id, { terms: { trialDays: -1 } }))).to.equal(
      'request.invalid',
    );
    expect(await refusalOf(world.face.revisePlan(nextId(), {}))).to.equal('request.not-found');
  });

  it('makes a new version of new terms, and none of a new name', async () => {
    const world = stage();
    const gold = await world.face.createPlan(plan('gold'));
    expect((await world.face.revisePlan(gold.id, { name: 'Gold', isActive: false })).termsVersion).to.equal(
      1,
    );
    const dearer = await world.face.revisePlan(gold.id, { terms: { maxDevices: 5 } });
    expect(dearer).to.deep.include({ termsVersion: 2, terms: { ...gold.terms, maxDevices: 5 } });
  });

  it('shows a retired plan to those alone who may see it', async () => {
    const world = stage();
    const gold = await world.face.createPlan(plan('gold'));
    await world.face.revisePlan(gold.id, { isActive: false });
    expect(await refusalOf(world.face.findPlan(gold.id))).to.equal('request.not-found');
    expect((await world.face.findPlan(gold.id, { withRetired: true })).isActive).to.equal(false);
    expect((await world.face.listPlans({ limit: 9 })).items).to.deep.equal([]);
    expect((await world.face.listPlans({ limit: 9 }, { withRetired: true })).items).to.have.length(1);
  });

  it('deletes a plan that nobody ever bought, and no other', async () => {
    const world = stage();
    const [unsold, sold] = [await world.sell(), await world.sell()];
    const viewer = world.viewer();
    await world.purchase(viewer, sold.id, { intent: 'subscribe', startsAt: after(world.now(), 1) });
    await world.face.cancel({ actor: viewer, when: 'now' });
    await world.face.removePlan(unsold.id);
    expect(await refusalOf(world.face.removePlan(unsold.id))).to.equal('request.not-found');
    expect(await refusalOf(world.face.removePlan(sold.id))).to.equal('subscriptions.plan-in-use');
    expect((await world.face.current(viewer.accountId))?.plan.id).to.equal(sold.id);
  });
});
