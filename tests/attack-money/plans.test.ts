import { expect } from 'chai';
import { createPlanOn } from '../world/plans.ts';
import { idOf, openMarket, verdict, type Market } from './market.ts';

describe('deleting a plan', () => {
  let world: Market;
  before(async () => {
    world = await openMarket();
  });
  after(() => world.stop());

  it('that somebody is to change to is refused: they would never be charged again', async () => {
    const viewer = await world.person();
    idOf(await viewer.post('/subscriptions', { plan_id: world.cheap, auto_renew: true }));
    const next = await createPlanOn(world.boss, { code: 'next', price: '20.00' });
    await viewer.post('/subscriptions/change', { plan_id: next, when: 'period_end' });
    expect(verdict(await world.boss.delete(`/subscriptions/plans/${next}`))).to.deep.equal([
      409,
      'subscriptions.plan-in-use',
    ]);
    await world.advance('P31D');
    expect((await viewer.get('/subscriptions/my')).body['plan']).to.include({ code: 'next' });
  });

  it('that somebody has left for another is refused: their history speaks of it', async () => {
    const viewer = await world.person();
    const left = await createPlanOn(world.boss, { code: 'left', price: '20.00' });
    idOf(await viewer.post('/payments', { plan_id: left }));
    const then = new Date(world.now()).toISOString();
    await world.advance('P1D');
    await viewer.post('/subscriptions/change', { plan_id: world.dear, when: 'now' });
    expect(verdict(await world.boss.delete(`/subscriptions/plans/${left}`))).to.deep.equal([
      409,
      'subscriptions.plan-in-use',
    ]);
    const history = await viewer.get(`/subscriptions/history?as_of=${then}`);
    expect(history.body['as_of']?.['plan']).to.include({ code: 'left' });
  });
});
