import type { Environment } from './environment.ts';

/** What Stripe is reached with. */
export interface StripeConfig {
  readonly secretKey: string;
  /** Signing secrets of the webhook endpoint: the current one first, the previous one while rotating. */
  readonly webhookSecrets: readonly string[];
  /** Another place than Stripe's own; null: Stripe's. */
  readonly apiBase: string | null;
}

/** Where Stripe answers. */
const STRIPE_API = 'https://api.stripe.com';

/** Null where Stripe was not chosen, and where something that it needs is missing: `stripeFaults` says what. */
export function stripeConfigOf(env: Environment): StripeConfig | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: current } = env;
  if (env.PAYMENTS !== 'stripe' || secretKey === undefined || current === undefined) return null;
  const { STRIPE_WEBHOOK_SECRET_PREVIOUS: previous } = env;
  return {
    secretKey,
    webhookSecrets: previous === undefined ? [current] : [current, previous],
    apiBase: env.STRIPE_API_BASE ?? null,
  };
}

/** What PAYMENTS=stripe cannot start without. Names, never values. */
export function stripeFaults(env: Environment): string[] {
  if (env.PAYMENTS !== 'stripe') return [];
  const { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret } = env;
  const faults: string[] = [];
  if (key === undefined) faults.push('STRIPE_SECRET_KEY: PAYMENTS=stripe needs one (sk_… or rk_…)');
  else if (!/^[sr]k_(live|test)_\w+$/.test(key)) faults.push('STRIPE_SECRET_KEY: is no secret key of Stripe');
  if (secret === undefined) faults.push('STRIPE_WEBHOOK_SECRET: PAYMENTS=stripe needs one (whsec_…)');
  return faults;
}

/** The key would be sent to whoever answers there: in production that is Stripe and nobody else. */
export const stripeProductionFaults = ({ PAYMENTS, STRIPE_API_BASE: base }: Environment): string[] =>
  PAYMENTS === 'stripe' && base !== undefined && new URL(base).origin !== STRIPE_API
    ? [`STRIPE_API_BASE: only ${STRIPE_API} in production`]
    : [];
