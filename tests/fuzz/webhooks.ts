import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { KEYS } from '../../adapters/composition/keys.ts';
import { EVENT_TYPES } from '../../adapters/payments/simulated-news.ts';
import { signatureOf } from '../../adapters/security/signed-webhooks.ts';
import { WEBHOOK_SECRET } from '../adapters/stripe/world.ts';
import { CLOUDFLARE_WEBHOOK_SECRET } from '../fakes/media/fake-cloudflare.ts';
import { MUX_WEBHOOK_SECRET } from '../fakes/media/fake-mux.ts';
import { unixNow } from '../fakes/media/fake-provider.ts';
import type { RunningUsher } from '../world/usher.ts';
import { junkText } from './junk.ts';

const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: fc.oneof(junkText, fc.jsonValue()) });

const charge = fc.record({
  key: mostly(fc.uuid().map((id) => `usher-${id}`)),
  reference: mostly(fc.uuid().map((id) => `sim_${id}`)),
  amount: mostly(fc.nat()),
  currency: mostly(fc.constant('USD')),
  refunded: mostly(fc.nat()),
  reason: mostly(fc.constant(null)),
  method: mostly(fc.constantFrom('pm_ok', null)),
});

const dispute = fc.record({ id: mostly(fc.uuid()), amount: mostly(fc.nat()), reason: mostly(junkText) });

/** Events as the simulated gateway sends them, here and there with something else in a field; and plain bytes. */
const simulatedBodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
  {
    weight: 9,
    arbitrary: fc
      .record({
        id: mostly(fc.uuid()),
        type: mostly(fc.constantFrom(...EVENT_TYPES, 'payout.paid')),
        created: mostly(fc.integer({ min: 0, max: 2_000_000_000 })),
        livemode: mostly(fc.constant(false)),
        merchant: mostly(fc.constant('usher')),
        data: mostly(fc.record({ charge: mostly(charge), dispute: mostly(dispute) })),
      })
      .map((event) => Buffer.from(JSON.stringify(event))),
  },
);

const STRIPE_TYPES = [
  'checkout.session.completed',
  'checkout.session.expired',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.closed',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'invoice.paid',
  'invoice.payment_failed',
  'product.updated',
];
const someId = (prefix: string): fc.Arbitrary<unknown> => mostly(fc.uuid().map((id) => `${prefix}_${id}`));

/** What Stripe tells of, with the fields that are read of it. */
const stripeObject = fc.record({
  id: someId('in'),
  object: mostly(fc.constantFrom('checkout.session', 'payment_intent', 'charge', 'subscription', 'invoice')),
  customer: someId('cus'),
  subscription: someId('sub'),
  payment_intent: someId('pi'),
  charge: someId('ch'),
  status: mostly(fc.constantFrom('complete', 'succeeded', 'active', 'past_due', 'paid', 'lost')),
  amount: mostly(fc.nat()),
  amount_refunded: mostly(fc.nat()),
  currency: mostly(fc.constant('usd')),
  metadata: mostly(fc.dictionary(fc.constantFrom('usher_payment', 'usher_account'), fc.uuid())),
  items: mostly(fc.jsonValue()),
  lines: mostly(fc.jsonValue()),
});

const stripeBodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
  {
    weight: 9,
    arbitrary: fc
      .record({
        id: someId('evt'),
        object: mostly(fc.constant('event')),
        type: mostly(fc.constantFrom(...STRIPE_TYPES)),
        created: mostly(fc.integer({ min: 0, max: 2_000_000_000 })),
        livemode: mostly(fc.constant(false)),
        data: mostly(fc.record({ object: mostly(stripeObject) })),
      })
      .map((event) => Buffer.from(JSON.stringify(event))),
  },
);

const MUX_TYPES = [
  'video.upload.asset_created',
  'video.upload.cancelled',
  'video.asset.created',
  'video.asset.ready',
  'video.asset.errored',
  'video.asset.deleted',
  'video.asset.updated',
];
const jsonBodies = (objects: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
    { weight: 9, arbitrary: objects.map((object) => Buffer.from(JSON.stringify(object))) },
  );

const muxBodies = jsonBodies(
  fc.record({
    type: mostly(fc.constantFrom(...MUX_TYPES)),
    id: mostly(fc.uuid()),
    data: mostly(
      fc.record({
        id: mostly(fc.uuid()),
        upload_id: mostly(fc.uuid()),
        asset_id: mostly(fc.uuid()),
        status: mostly(fc.constantFrom('waiting', 'preparing', 'ready', 'errored')),
        duration: mostly(fc.double()),
        playback_ids: mostly(
          fc.array(fc.record({ id: fc.uuid(), policy: fc.constantFrom('signed', 'public') })),
        ),
      }),
    ),
  }),
);

const cloudflareBodies = jsonBodies(
  fc.record({
    uid: mostly(fc.uuid()),
    readyToStream: mostly(fc.boolean()),
    requireSignedURLs: mostly(fc.boolean()),
    duration: mostly(fc.double()),
    status: mostly(
      fc.record({
        state: mostly(fc.constantFrom('pendingupload', 'queued', 'inprogress', 'ready', 'error')),
        pctComplete: mostly(fc.constantFrom('39.000000', '100.000000', '')),
      }),
    ),
  }),
);

const BODIES: Readonly<Record<string, fc.Arbitrary<Uint8Array>>> = {
  '/webhooks/simulated': simulatedBodies,
  '/webhooks/stripe': stripeBodies,
  '/webhooks/mux': muxBodies,
  '/webhooks/cloudflare': cloudflareBodies,
};

export function bodiesOf(path: string): fc.Arbitrary<Uint8Array> {
  const bodies = BODIES[path];
  if (!bodies) throw new Error(`nobody knows what is sent to ${path}`);
  return bodies;
}

/** Most webhooks are signed: what comes behind the signature is to be reached. */
export function signatureFor(
  world: RunningUsher,
  { path, body }: { readonly path: string; readonly body: unknown },
): Readonly<Record<string, string>> {
  if (!path.startsWith('/webhooks/') || !(body instanceof Uint8Array) || body.length % 10 === 0) return {};
  if (path.startsWith('/webhooks/stripe'))
    return { 'stripe-signature': signatureOf(body, [WEBHOOK_SECRET], systemClock.now()) };
  if (path.startsWith('/webhooks/mux'))
    return { 'mux-signature': signatureOf(body, [MUX_WEBHOOK_SECRET], systemClock.now()) };
  if (path.startsWith('/webhooks/cloudflare')) {
    const time = unixNow();
    const mac = createHmac('sha256', CLOUDFLARE_WEBHOOK_SECRET).update(`${time}.`).update(body);
    return { 'webhook-signature': `time=${time},sig1=${mac.digest('hex')}` };
  }
  const { simulatedWebhooks } = world.usher.get(KEYS);
  return { 'simulated-signature': signatureOf(body, simulatedWebhooks, systemClock.now()) };
}
