import type { Container } from 'inversify';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { CLOCK, STRIPE } from '../../../adapters/composition/keys.ts';
import { stripePayments } from '../../../adapters/payments/stripe/stripe.ts';
import type { Clock } from '../../../src/kernel/instant.ts';
import { startFakeStripe, type FakeStripe } from '../../fakes/stripe/fake-stripe.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';
import type { StoreName } from '../../world/stores.ts';
import type { Client } from '../../world/client.ts';

/** A whole product whose money is moved by the synthetic Stripe of `tests/fakes`, over the real SDK. */
export interface StripeWorld {
  readonly world: RunningUsher;
  readonly stripe: FakeStripe;
  /** Where Stripe's webhooks go, and what signs them. */
  readonly hook: { readonly url: string; readonly secret: string };
  /** Delivers what Stripe has to tell, and lets it be acted on. */
  news(): Promise<void>;
  plan(changes?: Readonly<Record<string, unknown>>): Promise<string>;
  stop(): Promise<void>;
}

const SECRET_KEY = 'sk_test_synthetic0123456789';
export const WEBHOOK_SECRET = 'whsec_ab12cd34ef56gh78ij90kl12mn34op56';
export const PREVIOUS_SECRET = 'whsec_previous0123456789abcdefghijklm';

export async function startStripeWorld(store: StoreName = 'memory'): Promise<StripeWorld> {
  let now: () => number = Date.now;
  const stripe = await startFakeStripe(() => now());
  const world = await startUsher(store, {
    override: (container) => hasty(container, stripe.base),
    variables: {
      PAYMENTS: 'stripe',
      ...(process.env['SHOW_FAULTS'] ? { LOG_LEVEL: 'error' } : {}),
      STRIPE_SECRET_KEY: SECRET_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_WEBHOOK_SECRET_PREVIOUS: PREVIOUS_SECRET,
      STRIPE_API_BASE: stripe.base,
    },
  });
  now = () => world.now();
  const hook = { url: `${world.base}/api/v1/webhooks/stripe`, secret: WEBHOOK_SECRET };
  const admin = await world.admin();
  let plans = 0;
  return {
    world,
    stripe,
    hook,
    news: async () => {
      const statuses = await stripe.deliver(hook);
      const refused = statuses.filter((status) => status !== 200);
      if (refused.length > 0) throw new Error(`webhooks were answered with ${refused.join(', ')}`);
      await world.settle();
    },
    plan: async (changes = {}) => {
      plans += 1;
      const made = await admin.post('/subscriptions/plans', { ...PLAN, code: `plan-${plans}`, ...changes });
      if (made.status !== 201) throw new Error(`plan: ${made.status} ${JSON.stringify(made.body)}`);
      return String(made.body['id']);
    },
    stop: async () => {
      await world.stop();
      await stripe.stop();
    },
  };
}

/** Gives a silent Stripe up sooner than a product would, so that the tests need not wait. */
function hasty(container: Container, apiBase: string): void {
  container.unbind(STRIPE);
  container.bind(STRIPE).toConstantValue(
    stripePayments(
      {
        secretKey: SECRET_KEY,
        webhookSecrets: [WEBHOOK_SECRET, PREVIOUS_SECRET],
        apiBase,
        returnUrl: 'http://localhost',
        timeoutMs: 600,
      },
      {
        clock: { now: () => container.get<Clock>(CLOCK).now() },
        systemClock,
        onFault: (fault, operation) => {
          if (process.env['SHOW_FAULTS']) process.stderr.write(`${operation}: ${String(fault)}\n`);
        },
      },
    ),
  );
}

const PLAN = {
  name: 'Premium',
  description: 'Everything',
  price: '9.99',
  currency: 'USD',
  validity_months: 1,
  access_level: 'premium',
  max_devices_allowed: 2,
  resolution: '1080p',
  grace_days: 3,
} as const;

/** What the account sees of its subscription. */
export const mine = async (person: Client) => (await person.get('/subscriptions/my')).body;
