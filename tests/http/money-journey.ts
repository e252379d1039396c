import { expect } from 'chai';
import Stripe from 'stripe';
import type { StripeWorld } from '../adapters/stripe/world.ts';
import type { Answer, Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import type { RunningUsher } from '../world/usher.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { KEYS } from '../../adapters/composition/keys.ts';
import { signatureOf } from '../../adapters/security/signed-webhooks.ts';

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
  await wishes(cast);
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

/** Renewing by itself, paying another plan, pausing; and the papers of it. */
async function wishes({ admin, watch, world }: Cast): Promise<void> {
  const person = watch(await world.person());
  const small = await createPlanOn(admin, { code: 'small', price: '4.99' });
  const large = await createPlanOn(admin, { code: 'large', price: '19.99' });
  const body = { plan_id: large, payment_method: 'pm_requires_action' };
  const waiting = expected(await person.post('/subscriptions', body), 201).body;
  expect(waiting).to.include({ status: 'incomplete', active: false }).and.to.have.property('checkout_url');
  expected(await person.post('/subscriptions/cancel', { at: 'now' }), 200);
  // The page is closed behind it.
  await world.settle();
  expected(await person.post('/subscriptions', { plan_id: large, auto_renew: true }), 201);
  for (const wish of [{}, { auto_renew: false }, { auto_renew: true, payment_method: 'pm_ok' }])
    expected(await person.patch('/subscriptions/my', wish), 200);
  for (const wish of [{ when: 'period_end' }, { when: 'now', preview: true }, { when: 'now' }])
    expected(await person.post('/subscriptions/change', { plan_id: small, ...wish }), 200);
  const dearer = { plan_id: large, when: 'now', proration: 'full', payment_method: 'pm_requires_action' };
  expected(await person.post('/subscriptions/change', dearer), 200);
  const { body: papers } = expected(await person.get('/invoices'), 200);
  const paper = String(papers['items']?.[0]?.['id']);
  expected(await person.get(`/invoices/${paper}`), 200);
  expected(await person.get(`/invoices/${paper}.pdf`), 200);
  const { body: balance } = expected(await person.get('/payments/balance'), 200);
  expect(balance['items'], 'what the cheaper plan left').to.have.length(1);
  expected(await person.post('/subscriptions/pause', { at: 'now', resumes_at: '2200-01-01T00:00:00Z' }), 400);
  expected(await person.post('/subscriptions/pause', { at: 'now' }), 200);
  expected(await person.get('/subscriptions/my'), 200);
  expected(await person.post('/subscriptions/resume'), 200);
}

/** What only those have who let Stripe move their money. */
export async function atStripe({ viewer, stranger }: Omit<Cast, 'world'>, world: StripeWorld): Promise<void> {
  const body = { plan_id: await world.plan() };
  expected(await viewer.post('/payments/checkout', { plan_id: 'none' }), 404);
  const { body: page } = expected(await viewer.post('/payments/checkout', body), 201);
  world.stripe.pay(String(page['checkout_url']));
  await world.news();
  expected(await viewer.get('/subscriptions/my'), 200);
  expected(await viewer.post('/payments/checkout', body), 409);
  for (const path of ['/payments/my', '/invoices', '/subscriptions/history'])
    expected(await viewer.get(path), 200);
  const event = { id: 'evt_journey', object: 'event', created: 1, livemode: false, type: 'product.updated' };
  const payload = JSON.stringify({ ...event, data: { object: { id: 'prod_1', object: 'product' } } });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: world.hook.secret });
  const sent = { bytes: Buffer.from(payload), headers: { 'stripe-signature': signature } };
  expected(await stranger.send('POST', '/webhooks/stripe', sent), 200);
  expected(await stranger.send('POST', '/webhooks/stripe', { bytes: sent.bytes }), 400);
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
