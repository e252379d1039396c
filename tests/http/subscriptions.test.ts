import { expect } from 'chai';
import { QUEUE } from '../../adapters/composition/keys.ts';
import type { Answer, Client, Json } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const DAY = 86_400_000;
const verdict = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];
const instantOf = (time: unknown): number => Date.parse(String(time));

for (const store of STORES) {
  describe(`subscriptions over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let plan: { month: string; year: string; tasting: string };
    let viewer: Client;
    before(async () => {
      world = await startUsher(store);
      const admin = await world.admin();
      plan = {
        month: await createPlanOn(admin, { code: 'month' }),
        year: await createPlanOn(admin, { code: 'year', price: '99.00', validity_days: 365 }),
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
    const told = async (): Promise<readonly string[]> => {
      const { body } = await viewer.get('/subscriptions/history');
      return (body['items'] as unknown as readonly { type: string }[]).map(({ type }) => type);
    };
    const payments = async (): Promise<readonly { readonly status: string; readonly amount: string }[]> =>
      (await viewer.get('/payments/my')).body['items'] as never;

    it('without any: inactive, the free policy’s limits, and nothing to renew, cancel or resume', async () => {
      expect(await mine()).to.include({ active: false, plan: null, status: null, days_left: null });
      expect((await mine())['limits']).to.include({ max_devices: 1, channels: 5 });
      expect((await viewer.get('/subscriptions/me')).body).to.deep.equal(await mine());
      for (const path of ['/subscriptions/renew', '/subscriptions/cancel', '/subscriptions/resume'])
        expect(verdict(await viewer.post(path))).to.deep.equal([404, 'subscriptions.no-current']);
      expect((await viewer.get('/subscriptions/history')).body).to.deep.equal({
        items: [],
        next_cursor: null,
      });
      expect((await world.anonymous().get('/subscriptions/my')).status).to.equal(401);
    });

    it('days_left rounds up, to the last day and the end', async () => {
      await subscribe(plan.month);
      expect(await mine()).to.include({ active: true, days_left: 30 });
      await world.advance('P28DT1H');
      expect(await mine()).to.include({ days_left: 2 });
      await world.advance('P1D');
      expect(await mine()).to.include({ active: true, days_left: 1 });
      await world.advance('PT23H');
      expect(await mine()).to.include({ active: false, status: 'expired', days_left: 0 });
    });

    it('are renewed when 30 days are left, and not before: 409 with the time it opens', async () => {
      const bought = (await subscribe(plan.year)).body;
      const early = await viewer.post('/subscriptions/renew');
      expect(verdict(early)).to.deep.equal([409, 'subscriptions.renewal-too-early']);
      const opensAt = instantOf(early.body['opens_at']);
      expect(opensAt).to.equal(instantOf(bought['ends_at']) - 30 * DAY);
      await world.advance('P334D');
      expect(verdict(await viewer.post('/payments', { plan_id: plan.year }))).to.deep.equal([
        409,
        'subscriptions.renewal-too-early',
      ]);
      await world.advance(`PT${Math.ceil((opensAt - world.now()) / 1_000)}S`);
      const renewed = await viewer.post('/subscriptions/renew');
      expect(renewed.status, JSON.stringify(renewed.body)).to.equal(200);
      expect(instantOf(renewed.body['ends_at'])).to.equal(instantOf(bought['ends_at']) + 365 * DAY);
      expect((await payments()).map(({ amount }) => amount)).to.deep.equal(['99.00', '99.00']);
    });

    it('have one trial, used up even when it was cancelled', async () => {
      const trial = (await subscribe(plan.tasting)).body;
      expect(trial).to.include({ status: 'trialing', active: true, payment: null, days_left: 14 });
      const ended = await viewer.post('/subscriptions/cancel', { at: 'now' });
      expect(ended.body).to.include({ status: 'canceled', active: false, days_left: 0 });
      const second = await subscribe(plan.tasting);
      expect(second.status, JSON.stringify(second.body)).to.equal(201);
      expect(second.body).to.include({ status: 'active', days_left: 30 });
      expect(second.body['payment']).to.include({ status: 'succeeded', amount: '9.99' });
    });

    it('that are a trial end by themselves when nobody paid', async () => {
      await subscribe(plan.tasting);
      await world.advance('P14D');
      expect(await mine()).to.include({ status: 'expired', active: false });
      expect(await payments()).to.deep.equal([]);
    });

    it('are bought without a trial by POST /payments, which always charges', async () => {
      const payment = await viewer.post('/payments', { plan_id: plan.tasting });
      expect(payment.body).to.include({ status: 'succeeded', amount: '9.99' });
      expect(await mine()).to.include({ status: 'active' });
    });

    it('start later when asked: scheduled, without access, then active at the instant', async () => {
      const startsAt = inDays(10);
      const bought = await subscribe(plan.month, { starts_at: startsAt });
      expect(bought.status, JSON.stringify(bought.body)).to.equal(201);
      expect(bought.body).to.include({ status: 'scheduled', active: false });
      expect(await mine()).to.include({ status: 'scheduled', active: false });
      expect(verdict(await viewer.post('/subscriptions/renew'))).to.deep.equal([
        409,
        'subscriptions.not-renewable',
      ]);
      await world.advance('P10D');
      expect(await mine()).to.include({
        status: 'active',
        active: true,
        started_at: startsAt,
        days_left: 30,
      });
      await viewer.post('/subscriptions/cancel', { at: 'now' });
      await world.settle();
      expect((await payments()).map(({ status }) => status)).to.deep.equal(['succeeded']);
    });

    it('are not scheduled more than a year ahead: 400 with the latest start', async () => {
      const far = await subscribe(plan.month, { starts_at: inDays(366) });
      expect(verdict(far)).to.deep.equal([400, 'subscriptions.start-too-far']);
      expect(instantOf(far.body['latest'])).to.be.closeTo(world.now() + 365 * DAY, 60_000);
      expect(await payments()).to.deep.equal([]);
    });

    it('that never started are refunded in full when cancelled, once, and can be bought again', async () => {
      await subscribe(plan.month, { starts_at: inDays(10) });
      // There is no running term that could be left to its end.
      const ended = await viewer.post('/subscriptions/cancel', { at: 'period_end' });
      expect(ended.body).to.include({ status: 'canceled', active: false });
      // Reactions alone: nobody has to wait for a sweep.
      await world.usher.get(QUEUE).drain();
      expect((await payments()).map(({ status }) => status)).to.deep.equal(['refunded']);
      expect(verdict(await viewer.post('/subscriptions/cancel'))).to.deep.equal([
        404,
        'subscriptions.no-current',
      ]);
      await world.advance('P11D');
      expect(await mine()).to.include({ status: 'canceled', active: false });
      expect((await subscribe(plan.month)).body).to.include({ status: 'active' });
      await world.settle();
      expect((await payments()).map(({ status }) => status)).to.deep.equal(['succeeded', 'refunded']);
    });

    it('are cancelled at the period’s end, twice without effect, and resumed once', async () => {
      await subscribe(plan.month);
      expect(verdict(await viewer.post('/subscriptions/resume'))).to.deep.equal([
        409,
        'subscriptions.nothing-to-resume',
      ]);
      const first = await viewer.post('/subscriptions/cancel');
      expect(first.body).to.include({ status: 'active', active: true, cancel_at_period_end: true });
      expect((await viewer.post('/subscriptions/cancel')).body).to.deep.equal(first.body);
      const resumed = await viewer.post('/subscriptions/resume');
      expect(resumed.body).to.include({ status: 'active', cancel_at_period_end: false });
      await viewer.post('/subscriptions/cancel');
      await world.advance('P30D');
      expect(await mine()).to.include({ status: 'canceled', active: false });
      expect(await told()).to.deep.equal([
        'canceled',
        'end-neared',
        'end-neared',
        'cancellation-requested',
        'cancellation-withdrawn',
        'cancellation-requested',
        'started',
      ]);
    });

    it('are cancelled now, without a refund of what ran, and renewing clears a pending cancel', async () => {
      await subscribe(plan.month);
      await viewer.post('/subscriptions/cancel');
      const renewed = await viewer.post('/subscriptions/renew');
      expect(renewed.body).to.include({ cancel_at_period_end: false, days_left: 60 });
      const ended = await viewer.post('/subscriptions/cancel', { at: 'now' });
      expect(ended.body).to.include({ status: 'canceled', active: false, days_left: 0 });
      await world.settle();
      expect((await payments()).map(({ status }) => status)).to.deep.equal(['succeeded', 'succeeded']);
      expect(verdict(await viewer.post('/subscriptions/cancel', { at: 'never' }))).to.deep.equal([
        400,
        'request.invalid',
      ]);
    });

    it('are one at a time: another plan is 409 beside a live one, and nothing is charged', async () => {
      await subscribe(plan.month);
      for (const path of ['/payments', '/subscriptions'])
        expect(verdict(await viewer.post(path, { plan_id: plan.year }))).to.deep.equal([
          409,
          'subscriptions.already-active',
        ]);
      expect(await payments()).to.have.length(1);
    });

    it('have a history, page by page, and can be asked how they stood', async () => {
      const before = new Date(world.now()).toISOString();
      await world.advance('PT1M');
      const bought = (await subscribe(plan.month)).body;
      const whileActive = new Date(world.now()).toISOString();
      await world.advance('P1D');
      await viewer.post('/subscriptions/cancel', { at: 'now' });
      const asOf = async (at: string): Promise<Json | undefined> =>
        (await viewer.get(`/subscriptions/history?as_of=${at}`)).body['as_of'];
      expect(await asOf(before)).to.include({ active: false, status: null });
      expect(await asOf(whileActive)).to.include({ active: true, status: 'active', days_left: 30 });
      expect(await asOf(inDays(0))).to.include({ active: false, status: 'canceled' });
      const first = (await viewer.get('/subscriptions/history?limit=1')).body;
      expect(first['items']?.[0]).to.deep.include({
        type: 'canceled',
        actor: `account:${viewer.accountId}`,
        subscription_id: bought['id'],
      });
      const cursor = encodeURIComponent(String(first['next_cursor']));
      const second = (await viewer.get(`/subscriptions/history?limit=1&cursor=${cursor}`)).body;
      expect(second['items']?.[0]).to.deep.include({
        type: 'started',
        before: null,
        payment_id: bought['payment']?.['id'],
      });
      expect(second['next_cursor']).to.equal(null);
      expect(verdict(await viewer.get('/subscriptions/history?as_of=yesterday'))).to.deep.equal([
        400,
        'request.invalid',
      ]);
    });
  });
}
