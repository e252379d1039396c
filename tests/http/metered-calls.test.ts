import { expect } from 'chai';
import type { Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

describe('calls of the API as a meter', () => {
  let world: RunningUsher;
  let admin: Client;
  before(async () => {
    world = await startUsher('memory', { variables: { METER_API_CALLS: 'on' } });
    admin = await world.admin();
  });
  after(() => world.stop());

  it('use up one each, but for what an exhausted account pays, leaves and looks with', async () => {
    const person = await world.person();
    const entitlements = [{ feature: 'api_calls', kind: 'meter', limit: 2, per: 'month' }];
    const plan = await createPlanOn(admin, { code: 'metered', entitlements });
    expected(await person.post('/payments', { plan_id: plan }), 201);
    expected(await person.get('/playback/sessions'), 200);
    expected(await person.get('/videos'), 200);
    const refused = await person.get('/playback/sessions');
    expect([refused.status, refused.body['code']]).to.deep.equal([403, 'entitlements.limit-reached']);
    for (const path of ['/accounts/me', '/subscriptions/my', '/payments/my', '/usage', '/entitlements'])
      expect((await person.get(path)).status, path).to.equal(200);
    expect((await person.get('/usage')).body['items']?.[0]).to.include({ used: 2, remaining: 0 });
    expect((await person.post('/subscriptions/cancel', { at: 'now' })).status).to.equal(200);
    expect((await person.get('/videos')).status).to.equal(200);
  });

  it('are free for whoever has no such meter, and for strangers', async () => {
    const person = await world.person();
    for (let call = 0; call < 4; call += 1) expected(await person.get('/playback/sessions'), 200);
    expected(await world.anonymous().get('/videos'), 200);
  });
});
