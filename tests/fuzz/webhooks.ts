import fc from 'fast-check';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { KEYS } from '../../adapters/composition/keys.ts';
import { EVENT_TYPES } from '../../adapters/payments/simulated-news.ts';
import { signatureOf } from '../../adapters/payments/signed-webhooks.ts';
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
export const webhookBodies: fc.Arbitrary<Uint8Array> = fc.oneof(
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

/** Most webhooks are signed: what comes behind the signature is to be reached. */
export function signatureFor(
  world: RunningUsher,
  { path, body }: { readonly path: string; readonly body: unknown },
): Readonly<Record<string, string>> {
  if (!path.startsWith('/webhooks/') || !(body instanceof Uint8Array) || body.length % 10 === 0) return {};
  const { simulatedWebhooks } = world.usher.get(KEYS);
  return { 'simulated-signature': signatureOf(body, simulatedWebhooks, systemClock.now()) };
}
