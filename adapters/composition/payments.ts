import type { Container } from 'inversify';
import type { PaymentGateway } from '../../src/billing/index.ts';
import { boundedGateway } from '../payments/bounded-gateway.ts';
import { noFaults } from '../payments/gateway-faults.ts';
import { simulatedPayments } from '../payments/simulated.ts';
import type { stripePayments } from '../payments/stripe/stripe.ts';
import { webhookCounts } from '../payments/webhook-counts.ts';
import type { Config } from './config.ts';
import * as keys from './keys.ts';
import { provide, provideValue, resolve } from './token.ts';

/** How long the gateway may take: below the 30 s after which a retry drives a purchase to its end. */
const GATEWAY_TIMEOUT_MS = 10_000;

type MakeStripe = typeof stripePayments;

/** Stripe's SDK is large: it is loaded where it was chosen. */
export const loadStripe = async ({ stripe }: Config): Promise<MakeStripe | null> =>
  stripe === null ? null : (await import('../payments/stripe/stripe.ts')).stripePayments;

/** Who moves the money, and what it tells by webhook. */
export function providePayments(container: Container, stripe: MakeStripe | null): void {
  provideValue(container, keys.OWN_GATEWAY, null);
  provide(container, keys.GATEWAY_FAULTS, [], () => noFaults);
  provideSimulated(container);
  provideStripe(container, stripe);
  provide(
    container,
    keys.GATEWAY,
    [keys.OWN_GATEWAY, keys.SIMULATED, keys.STRIPE, keys.FAILURES],
    (own, simulated, stripe, failures) =>
      boundedGateway(chosen(own ?? (simulated ?? stripe)?.gateway), {
        timeoutMs: GATEWAY_TIMEOUT_MS,
        onFault: (fault, operation) => failures.failed(`payment gateway: ${operation}`, fault),
      }),
  );
  provide(container, keys.COLLECTOR, [keys.STRIPE], (stripe) => stripe?.collector ?? null);
  provide(container, keys.WEBHOOK_READERS, [keys.SIMULATED, keys.STRIPE], (simulated, stripe) =>
    [simulated, stripe].flatMap((provider) => provider?.webhooks ?? []),
  );
  provide(container, keys.WEBHOOK_COUNTS, [keys.WEBHOOK_READERS, keys.MEDIA_PROVIDER], (readers, media) =>
    webhookCounts([...readers.map(({ provider }) => provider), ...(media ? [media.name] : [])]),
  );
}

function provideSimulated(container: Container): void {
  provide(
    container,
    keys.SIMULATED,
    [
      keys.CONFIG,
      keys.KEYS,
      keys.UNIT_OF_WORK,
      keys.CLOCK,
      keys.SYSTEM_CLOCK,
      keys.IDS,
      keys.GATEWAY_FAULTS,
      keys.FAILURES,
    ],
    (config, { simulatedWebhooks }, unitOfWork, clock, systemClock, ids, faults, failures) =>
      config.payments === 'simulated'
        ? simulatedPayments({
            ...{ unitOfWork, clock, systemClock, ids, faults },
            secrets: simulatedWebhooks,
            checkoutBase: `${addressOf(config)}/simulated/checkout/`,
            merchant: () => resolve(container, keys.BILLING),
            onFault: (fault) => failures.failed('simulated gateway: webhook', fault),
          })
        : null,
  );
}

function provideStripe(container: Container, make: MakeStripe | null): void {
  provide(
    container,
    keys.STRIPE,
    [keys.CONFIG, keys.CLOCK, keys.SYSTEM_CLOCK, keys.FAILURES],
    (config, clock, systemClock, failures) =>
      config.stripe &&
      make &&
      make(
        {
          ...config.stripe,
          returnUrl: addressOf(config) || 'http://localhost',
          timeoutMs: GATEWAY_TIMEOUT_MS,
        },
        {
          ...{ clock, systemClock },
          onFault: (fault, operation) => failures.failed(`Stripe: ${operation}`, fault),
        },
      ),
  );
}

function chosen(gateway: PaymentGateway | undefined): PaymentGateway {
  if (!gateway) throw new Error('PAYMENTS=own: bind your gateway to OWN_GATEWAY');
  return gateway;
}

/** Where payers find us: as configured, else on this machine; a port that the system chooses is not known here. */
function addressOf({ http: { publicUrl, host, port } }: Config): string {
  if (publicUrl !== null) return publicUrl;
  if (port === 0) return '';
  const isEverywhere = host === '0.0.0.0' || host === '::';
  return `http://${isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
}
