import Stripe from 'stripe';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { KEYS, UNIT_OF_WORK } from '../../../adapters/composition/keys.ts';
import { signatureOf } from '../../../adapters/security/signed-webhooks.ts';
import type { RunningUsher } from '../../world/usher.ts';
import type { Client } from '../../world/client.ts';
import type { Provocations } from './stage.ts';

const NOTHING = Buffer.from('{}');

/** The account is closed, and its last token has not run out: an instant that no client can hold open. */
async function closed(world: RunningUsher, person: Client): Promise<Client> {
  const { accountId } = person;
  await world.usher
    .get(UNIT_OF_WORK)
    .run(({ closedAccounts }) => closedAccounts.close(accountId, world.now()));
  return person;
}

const mediaWebhook = (name: 'mux' | 'cloudflare'): Provocations => ({
  [`post /webhooks/${name} catalog.webhook-signature`]: ({ remote, watch }) =>
    watch(remote[name].world.anonymous()).send('POST', `/webhooks/${name}`, { bytes: NOTHING }),
  [`post /webhooks/${name} catalog.webhook-unreadable`]: ({ remote, watch }) => {
    const headers = remote[name].fake.sign(NOTHING.toString());
    const anonymous = watch(remote[name].world.anonymous());
    return anonymous.send('POST', `/webhooks/${name}`, { bytes: NOTHING, headers });
  },
});

/** Every refusal of webhooks, and of what is asked while an account is being closed. */
export const WEBHOOKS: Provocations = {
  'post /webhooks/simulated billing.webhook-signature': ({ anonymous }) =>
    anonymous.send('POST', '/webhooks/simulated', { bytes: NOTHING }),
  'post /webhooks/simulated billing.webhook-unreadable': ({ anonymous, world }) => {
    const { simulatedWebhooks } = world.usher.get(KEYS);
    const headers = { 'simulated-signature': signatureOf(NOTHING, simulatedWebhooks, systemClock.now()) };
    return anonymous.send('POST', '/webhooks/simulated', { bytes: NOTHING, headers });
  },
  'post /webhooks/stripe billing.webhook-signature': ({ stripe, watch }) =>
    watch(stripe.world.anonymous()).send('POST', '/webhooks/stripe', { bytes: NOTHING }),
  'post /webhooks/stripe billing.webhook-unreadable': ({ stripe, watch }) => {
    const given = { payload: NOTHING.toString(), secret: stripe.hook.secret };
    const headers = { 'stripe-signature': Stripe.webhooks.generateTestHeaderString(given) };
    return watch(stripe.world.anonymous()).send('POST', '/webhooks/stripe', { bytes: NOTHING, headers });
  },
  ...mediaWebhook('mux'),
  ...mediaWebhook('cloudflare'),
  'patch /subscriptions/my billing.account-closed': async ({ world, person }) =>
    (await closed(world, await person())).patch('/subscriptions/my', { payment_method: 'pm_ok' }),
  'post /payments/checkout billing.account-closed': async ({ stripe: { world, plan }, watch }) => {
    const person = watch(await closed(world, await world.person()));
    return person.post('/payments/checkout', { plan_id: await plan() });
  },
};
