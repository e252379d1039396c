import { expect } from 'chai';
import type { Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

describe('POST /payments/reconcile', () => {
  let world: RunningUsher;
  let admin: Client;
  before(async () => {
    world = await startUsher('SQLite');
    admin = await world.admin();
  });
  after(() => world.stop());

  it('answers what was repaired, to admins', async () => {
    const person = await world.person();
    const plan = await createPlanOn(admin, { code: 'plan' });
    const body = { plan_id: plan, payment_method: 'pm_timeout_after_capture' };
    const { id } = expected(await person.post('/payments', body), 201).body as unknown as { id: string };
    const asked = { account_id: person.accountId };
    const first = expected(await admin.post('/payments/reconcile', asked), 200);
    expect(first.body['account_id']).to.equal(person.accountId);
    expect(first.body['repaired']).to.deep.include({ kind: 'payment', id, was: 'pending', is: 'succeeded' });
    const second = expected(await admin.post('/payments/reconcile', asked), 200);
    expect(second.body).to.deep.include({ repaired: [], unanswered: [] });
    expect((await person.post('/payments/reconcile', asked)).status).to.equal(403);
    expect((await world.anonymous().post('/payments/reconcile', asked)).status).to.equal(401);
  });

  it('refuses who is nobody, and what is no id', async () => {
    const nobody = await admin.post('/payments/reconcile', { account_id: 'nobody' });
    expect([nobody.status, nobody.body['code']]).to.deep.equal([404, 'request.not-found']);
    expect((await admin.post('/payments/reconcile', {})).status).to.equal(400);
  });
});
