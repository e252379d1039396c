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

/** A request is given up before the question is, so that the SDK's second try has its time. */
const TRIES = 2;

export function stripePayments(settings: StripeSettings, deps: StripeDeps): StripePayments {
  const { secretKey, webhookSecrets, apiBase, returnUrl, timeoutMs } = settings;
  const { clock, systemClock, onFault } = deps;
  const stripe = stripeClient({
    secretKey,
    apiBase,
    timeoutMs: Math.floor((timeoutMs * 0.9) / TRIES),
    maxNetworkRetries: TRIES - 1,
  });
  return {
    gateway: stripeGateway({ stripe, clock, returnUrl }),
    collector: stripeCollector({ stripe, returnUrl, onFault }),
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
