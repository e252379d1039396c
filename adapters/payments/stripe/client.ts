import Stripe from 'stripe';

export interface StripeClientOptions {
  readonly secretKey: string;
  /** Another place than Stripe's own, such as a proxy, or the fake of the tests. */
  readonly apiBase: string | null;
  /** Milliseconds for one request. */
  readonly timeoutMs: number;
  /** The SDK tries so often again after a fault of the network; under the same Idempotency-Key. */
  readonly maxNetworkRetries: number;
}

/**
 * The version of Stripe's API that this adapter was written for: what it sends and reads does not change by
 * itself when the account's default version does.
 */
export const STRIPE_API_VERSION = '2026-10-28.endive';

export function stripeClient({ secretKey, apiBase, ...options }: StripeClientOptions): Stripe {
  return new Stripe(secretKey, {
    apiVersion: STRIPE_API_VERSION,
    timeout: options.timeoutMs,
    maxNetworkRetries: options.maxNetworkRetries,
    telemetry: false,
    ...(apiBase === null ? {} : addressOf(new URL(apiBase))),
  });
}

function addressOf(url: URL): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  const port = url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port);
  return { host: url.hostname, port, protocol };
}
