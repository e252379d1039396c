import { expect } from 'chai';
import type { Answer, Client, Json } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const DAY = 86_400_000;
const verdict = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];
const instantOf = (time: unknown): number => Date.parse(String(time));

for (const store of STORES) {
  describe(`what a subscriber may wish over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let plan: { month: string; other: string; tasting: string };
    let viewer: Client;
    before(async () => {
      world = await startUsher(store);
      const admin = await world.admin();
      plan = {
        month: await createPlanOn(admin, { code: 'month', grace_days: 3 }),
        other: await createPlanOn(admin, { code: 'other', price: '19.99', name: 'Other' }),
        tasting: await createPlanOn(admin, { code: 'tasting', trial_days: 14 }),
      };
    });
    after(() => world.stop());
    beforeEach(async () => {
      viewer = await world.person();
    });

    const subscribe = (planId: string, more: object = {}): Promise<Answer> =>
      viewer.post('/subscriptions', { plan_id: planId, ...more });
    const mine = async (): Promise<Json> => (await viewer.get('/subscriptions/my')).body;
    const inDays = (days: number): string => new Date(world.now() + days * DAY).toISOString();
    const patch = (body: object): Promise<Answer> => viewer.patch('/subscriptions/my', body);
    const amounts = async (): Promise<readonly string[]> => {
      const { body } = await viewer.get('/payments/my');
      return (body['items'] as unknown as readonly { amount: string; status: string }[]).map(
        ({ amount, status }) => `${status} ${amount}`,
      );
    };

    it('automatic renewal: when subscribing or later, on and off', async () => {
      expect((await subscribe(plan.month, { auto_renew: true })).body).to.include({ auto_renew: true });
      const off = await patch({ auto_renew: false });
      expect([off.status, off.body['auto_renew']]).to.deep.equal([200, false]);
      expect(off.body, 'as GET answers').to.deep.equal(await mine());
      expect((await patch({ auto_renew: true })).body).to.include({ auto_renew: true });
      expect((await patch({})).body).to.include({ auto_renew: true });
      expect(verdict(await patch({ auto_renew: 'yes' }))).to.deep.equal([400, 'request.invalid']);
      expect((await world.anonymous().patch('/subscriptions/my', {})).status).to.equal(401);
    });

    it('automatic renewal without a subscription: 404; another payment method is kept all the same', async () => {
      expect(verdict(await patch({ auto_renew: true }))).to.deep.equal([404, 'subscriptions.no-current']);
      expect((await patch({ payment_method: 'pm_ok' })).status).to.equal(200);
      expect(verdict(await patch({ payment_method: 'pm_nobody' }))).to.deep.equal([400, 'request.invalid']);
    });

    it('is charged at the end of the period, by the clock alone', async () => {
      await subscribe(plan.month, { auto_renew: true, payment_method: 'pm_ok' });
      const { ends_at: endsAt } = await mine();
      await world.advance('P30D');
      expect(await mine()).to.include({ status: 'active', active: true, days_left: 30 });
      expect(instantOf((await mine())['ends_at'])).to.equal(instantOf(endsAt) + 30 * DAY);
      expect(await amounts()).to.deep.equal(['succeeded 9.99', 'succeeded 9.99']);
    });

    it('that could not be charged is past due, says when it is tried again, and is over by cancelling', async () => {
      await subscribe(plan.month, { auto_renew: true });
      await patch({ payment_method: 'pm_declined' });
      await world.advance('P30D');
      const owing = await mine();
      expect(owing).to.include({ status: 'past_due', active: true });
      expect(instantOf(owing['retry_at'])).to.be.closeTo(instantOf(owing['ends_at']) + 2 * DAY, 60_000);
      expect(verdict(await viewer.post('/subscriptions/pause'))).to.deep.equal([
        409,
        'subscriptions.not-pausable',
      ]);
      const ended = await viewer.post('/subscriptions/cancel');
      expect(ended.body).to.include({ status: 'canceled', active: false, retry_at: null });
      const before = await amounts();
      await world.advance('P40D');
      expect(await amounts()).to.deep.equal(before);
    });

    it('a pause, now: no day is used until it is resumed, by hand or on its date', async () => {
      await subscribe(plan.month);
      await world.advance('P10D');
      const resumesAt = inDays(40);
      const paused = await viewer.post('/subscriptions/pause', { resumes_at: resumesAt });
      expect(paused.status, JSON.stringify(paused.body)).to.equal(200);
      expect(paused.body).to.include({
        ...{ status: 'paused', active: false, days_left: 20 },
        resumes_at: resumesAt,
      });
      expect(verdict(await viewer.post('/subscriptions/renew'))).to.deep.equal([
        409,
        'subscriptions.not-renewable',
      ]);
      const resumed = await viewer.post('/subscriptions/resume');
      expect(resumed.body).to.include({ status: 'active', active: true, days_left: 20, paused_at: null });
      await viewer.post('/subscriptions/pause', { at: 'now', resumes_at: inDays(40) });
      await world.advance('P40D');
      expect(await mine()).to.include({ status: 'active', active: true, days_left: 20 });
      expect(verdict(await viewer.post('/subscriptions/resume'))).to.deep.equal([
        409,
        'subscriptions.nothing-to-resume',
      ]);
    });

    it('a pause at the end of the period, undone, or ended by paying for what follows', async () => {
      await subscribe(plan.month, { auto_renew: true });
      const wished = await viewer.post('/subscriptions/pause');
      expect(wished.body).to.include({ status: 'active', pause_at_period_end: true });
      expect((await viewer.post('/subscriptions/resume')).body).to.include({ pause_at_period_end: false });
      await viewer.post('/subscriptions/pause', { at: 'period_end' });
      await world.advance('P31D');
      expect(await mine()).to.include({ status: 'paused', active: false });
      const declined = await viewer.post('/subscriptions/resume', { payment_method: 'pm_declined' });
      expect(verdict(declined)).to.deep.equal([402, 'billing.payment-declined']);
      expect(await mine()).to.include({ status: 'paused' });
      const resumed = await viewer.post('/subscriptions/resume', { payment_method: 'pm_ok' });
      expect(resumed.status, JSON.stringify(resumed.body)).to.equal(200);
      expect(resumed.body).to.include({ status: 'active', active: true, days_left: 30 });
      expect(resumed.body['payment']).to.include({ status: 'succeeded', amount: '9.99' });
      expect(await amounts()).to.deep.equal(['succeeded 9.99', 'failed 9.99', 'succeeded 9.99']);
    });

    it('no pause that cannot be: with the reason', async () => {
      const pause = async (body: object = {}) => verdict(await viewer.post('/subscriptions/pause', body));
      expect(await pause()).to.deep.equal([404, 'subscriptions.no-current']);
      await subscribe(plan.tasting);
      expect(await pause()).to.deep.equal([409, 'subscriptions.not-pausable']);
      viewer = await world.person();
      await subscribe(plan.month);
      expect(await pause({ at: 'period_end' })).to.deep.equal([409, 'subscriptions.needs-auto-renew']);
      const far = await viewer.post('/subscriptions/pause', { resumes_at: inDays(366) });
      expect(verdict(far)).to.deep.equal([400, 'subscriptions.resume-out-of-range']);
      expect(instantOf(far.body['latest'])).to.be.closeTo(world.now() + 365 * DAY, 60_000);
      expect(await pause({ resumes_at: inDays(-1) })).to.deep.equal([
        400,
        'subscriptions.resume-out-of-range',
      ]);
      expect(await pause({ at: 'some day' })).to.deep.equal([400, 'request.invalid']);
    });

    it('a change at the end of the period, shown until it is taken back or comes', async () => {
      await subscribe(plan.month, { auto_renew: true });
      const change = (planId: string, more: object = {}): Promise<Answer> =>
        viewer.post('/subscriptions/change', { plan_id: planId, when: 'period_end', ...more });
      const preview = await change(plan.other, { preview: true });
      expect(preview.status, JSON.stringify(preview.body)).to.equal(200);
      expect((await mine())['scheduled_change']).to.equal(null);
      expect((await change(plan.other)).body['subscription']).to.deep.equal(preview.body['subscription']);
      const shown = { plan_id: plan.other, plan_code: 'other', plan_name: 'Other' };
      expect((await mine())['scheduled_change']).to.deep.equal({ ...shown, at: (await mine())['ends_at'] });
      await change(plan.month);
      expect((await mine())['scheduled_change']).to.equal(null);
      await change(plan.other);
      await world.advance('P30D');
      expect((await mine())['plan']).to.include({ code: 'other' });
      expect(await amounts()).to.deep.equal(['succeeded 19.99', 'succeeded 9.99']);
      expect(verdict(await change(plan.other))).to.deep.equal([409, 'subscriptions.same-plan']);
      await patch({ auto_renew: false });
      expect(verdict(await change(plan.month))).to.deep.equal([409, 'subscriptions.needs-auto-renew']);
    });
  });
}
