import type { PaymentGateway, SubscriptionCollector, WebhookReader } from '../../../src/billing/index.ts';
import type { Clock } from '../../../src/kernel/instant.ts';
import { stripeClient } from './client.ts';
import { stripeCollector } from './collector.ts';
import { stripeGateway } from './gateway.ts';
import { stripeWebhooks } from './webhook.ts';

export interface StripeSettings {
  readonly secretKey: string;
  /** The endpoint's signing secrets, the current one first. */
  readonly webhookSecrets: readonly string[];
  /** Null: Stripe's own. */
  readonly apiBase: string | null;
  /** Where payers go on from Stripe's pages, unless they said where. */
  readonly returnUrl: string;
  /** Milliseconds for one question to the gateway, tries included. */
  readonly timeoutMs: number;
}

export interface StripeDeps {
  readonly clock: Clock;
  readonly systemClock: Clock;
  readonly onFault: (fault: unknown, operation: string) => void;
}

/** Everything that there is where Stripe moves the money. */
export interface StripePayments {
  /** To be bounded: it rejects when Stripe does not answer. */
  readonly gateway: PaymentGateway;
  readonly collector: SubscriptionCollector;
  readonly webhooks: WebhookReader;
}

/**
 * A bank may take seconds, so one request has nearly all the time that a question has. The SDK's second try is
 * for connections that break at once.
 */
const SHARE_OF_ONE_REQUEST = 0.9;
const RETRIES = 1;

export function stripePayments(settings: StripeSettings, deps: StripeDeps): StripePayments {
  const { secretKey, webhookSecrets, apiBase, returnUrl, timeoutMs } = settings;
  const { clock, systemClock, onFault } = deps;
  const stripe = stripeClient({
    secretKey,
    apiBase,
    timeoutMs: Math.floor(timeoutMs * SHARE_OF_ONE_REQUEST),
    maxNetworkRetries: RETRIES,
  });
  return {
    gateway: stripeGateway({ stripe, clock, returnUrl }),
    collector: stripeCollector({ stripe, returnUrl, timeoutMs, onFault }),
    webhooks: stripeWebhooks({
      secrets: webhookSecrets,
      livemode: isLive(secretKey),
      systemClock,
      onOtherMode: (id) => onFault(new Error(`${id} is of the other mode of Stripe`), 'webhook'),
    }),
  };
}

/** Keys of the test mode are `sk_test_…` and `rk_test_…`. */
export const isLive = (secretKey: string): boolean => /^[sr]k_live_/.test(secretKey);
