import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import type { RunningUsher } from '../world/usher.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { KEYS } from '../../adapters/composition/keys.ts';
import { signatureOf } from '../../adapters/payments/signed-webhooks.ts';

export const idOf = ({ body }: Answer): string => String(body['id']);

/** Everybody of the journey, each of them watched. */
export interface Cast {
  readonly world: RunningUsher;
  readonly admin: Client;
  readonly viewer: Client;
  readonly stranger: Client;
  readonly watch: (client: Client) => Client;
}

/** Buying, and all that follows: every route of money and subscriptions. */
export async function money(cast: Cast, plan: string): Promise<void> {
  const { admin, viewer, watch, world } = cast;
  for (const path of ['/subscriptions/my', '/subscriptions/me']) expected(await viewer.get(path), 200);
  expected(await viewer.post('/subscriptions/cancel'), 404);
  expected(await viewer.post('/payments', { plan_id: plan, payment_method: 'pm_declined' }), 402);
  const paid = expected(await viewer.post('/payments', { plan_id: plan }), 201);
  expected(await viewer.get('/payments/my'), 200);
  expected(await viewer.get(`/payments/my/${idOf(paid)}`), 200);
  await moneyBack(cast, idOf(paid));
  await gateway(cast);
  expected(await viewer.post('/subscriptions/renew'), 200);
  const early = expected(await viewer.post('/subscriptions/renew'), 409);
  expect(early.body).to.include({ code: 'subscriptions.renewal-too-early' }).and.to.have.property('opens_at');
  expected(await viewer.post('/subscriptions/cancel'), 200);
  expected(await viewer.post('/subscriptions/resume'), 200);
  expected(await viewer.post('/subscriptions/resume'), 409);
  expected(await viewer.get('/subscriptions/history'), 200);
  expected(await viewer.get(`/subscriptions/history?as_of=${new Date(world.now()).toISOString()}`), 200);
  for (const path of ['/subscriptions/my', '/entitlements', '/entitlements/downloads', '/entitlements/none'])
    expected(await viewer.get(path), 200);
  for (const query of ['', '?as_of=2020-01-01T00:00:00Z'])
    expected(await viewer.get(`/entitlements/channels/explain${query}`), 200);
  const trial = await createPlanOn(admin, {
    code: 'trial',
    trial_days: 3,
    validity_months: 1,
    validity_days: undefined,
  });
  const taster = watch(await world.person());
  expected(await taster.post('/subscriptions', { plan_id: trial }), 201);
  expected(await taster.post('/subscriptions/cancel', { at: 'now' }), 200);
}

/** A coupon, and some of a payment given back. */
async function moneyBack({ admin, viewer }: Cast, payment: string): Promise<void> {
  const code = 'TENTH-OFF';
  const coupon = idOf(expected(await admin.post('/coupons', { code, percent_off: 10 }), 201));
  const body = { code: 'fiver', amount_off: '5.00', currency: 'USD', duration: 'forever' };
  expected(await admin.post('/coupons', body), 201);
  expected(await admin.post('/coupons', { code, percent_off: 10 }), 409);
  expected(await admin.get('/coupons'), 200);
  expected(await admin.get(`/coupons/${coupon}`), 200);
  expected(await admin.patch(`/coupons/${coupon}`, { max_redemptions: 5 }), 200);
  expected(await admin.post(`/payments/${payment}/refunds`, { amount: '1.00' }), 201);
  expected(await admin.post(`/payments/${payment}/refunds`, { amount: '99.00' }), 409);
  expected(await viewer.get(`/payments/${payment}/refunds`), 200);
}

/** Word of the gateway's, and its books compared with ours. */
export async function gateway({ admin, viewer, stranger, world }: Cast): Promise<void> {
  const charge = { key: 'usher-nobody', reference: 'sim_nobody', amount: 1, currency: 'USD' };
  const event = {
    id: 'simevt_journey',
    type: 'charge.captured',
    created: 1,
    livemode: false,
    merchant: 'usher',
  };
  const bytes = Buffer.from(JSON.stringify({ ...event, data: { charge } }));
  const signature = signatureOf(bytes, world.usher.get(KEYS).simulatedWebhooks, systemClock.now());
  const headers = { 'simulated-signature': signature };
  expected(await stranger.send('POST', '/webhooks/simulated', { bytes, headers }), 200);
  expected(await stranger.send('POST', '/webhooks/simulated', { bytes }), 400);
  expected(await admin.post('/payments/reconcile', { account_id: viewer.accountId }), 200);
}
