import { expect } from 'chai';
import type { Subscription } from '../../fakes/stripe/records.ts';
import type { Client } from '../../world/client.ts';
import type { StripeWorld } from './world.ts';

/** Where a person can order a plan from Stripe. */
export async function orderPage(client: Client, planId: string): Promise<string> {
  const asked = await client.post('/payments/checkout', { plan_id: planId });
  expect(asked.status, JSON.stringify(asked.body)).to.equal(201);
  return String(asked.body['checkout_url']);
}

/** A new person who ordered a plan from Stripe and paid with a card, and what Stripe made of it. */
export async function subscriber(
  { world, stripe, news }: StripeWorld,
  planId: string,
  card: object = {},
): Promise<{ readonly client: Client; readonly at: Subscription }> {
  const client = await world.person();
  const at = stripe.pay(await orderPage(client, planId), card);
  if (!at) throw new Error('no subscription');
  await news();
  return { client, at };
}

export const payments = async (client: Client): Promise<Record<string, unknown>[]> =>
  (await client.get('/payments/my')).body['items'] as unknown as Record<string, unknown>[];

/** Our clock goes to the end of the period, and Stripe begins the next one. */
export async function toNextPeriod({ world, stripe, news }: StripeWorld, at: Subscription): Promise<void> {
  await world.advance(`PT${Math.ceil(at.periodEnd - world.now() / 1000)}S`);
  stripe.cycle(at.id);
  await news();
}
