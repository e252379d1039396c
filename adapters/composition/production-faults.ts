import type { Config } from './config.ts';
import type { Environment, Variables } from './environment.ts';
import { mediaProductionFaults } from './media-config.ts';
import { stripeProductionFaults } from './stripe-config.ts';

/** What may be convenient on a desk and is dangerous in production. */
export function productionFaults(config: Config, env: Environment): string[] {
  const faults: string[] = [];
  const secrets = { SERVER_SECRET: env.SERVER_SECRET, MEDIA_SECRET: env.MEDIA_SECRET };
  for (const [name, value] of Object.entries(secrets)) faults.push(...secretFaults(name, value));
  const optional = {
    SERVER_SECRET_PREVIOUS: env.SERVER_SECRET_PREVIOUS,
    MEDIA_SECRET_PREVIOUS: env.MEDIA_SECRET_PREVIOUS,
    METRICS_TOKEN: env.METRICS_TOKEN,
    STRIPE_SECRET_KEY: env.STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET: env.STRIPE_WEBHOOK_SECRET,
    STRIPE_WEBHOOK_SECRET_PREVIOUS: env.STRIPE_WEBHOOK_SECRET_PREVIOUS,
    MUX_TOKEN_SECRET: env.MUX_TOKEN_SECRET,
    MUX_WEBHOOK_SECRET: env.MUX_WEBHOOK_SECRET,
    MUX_WEBHOOK_SECRET_PREVIOUS: env.MUX_WEBHOOK_SECRET_PREVIOUS,
    CLOUDFLARE_API_TOKEN: env.CLOUDFLARE_API_TOKEN,
    CLOUDFLARE_WEBHOOK_SECRET: env.CLOUDFLARE_WEBHOOK_SECRET,
    CLOUDFLARE_WEBHOOK_SECRET_PREVIOUS: env.CLOUDFLARE_WEBHOOK_SECRET_PREVIOUS,
  };
  for (const [name, value] of Object.entries(optional))
    if (value !== undefined) faults.push(...secretFaults(name, value));
  faults.push(...equalFaults({ ...secrets, ...optional }));
  if (env.SIGNING_KEY === undefined) faults.push('SIGNING_KEY: is missing (an EC P-256 private key in PEM)');
  if (config.clock === 'virtual') faults.push('CLOCK: virtual is for tests');
  if (config.profile === 'memory') faults.push('PROFILE: memory loses everything at the end');
  if (!config.rateLimits.enabled) faults.push('RATE_LIMITS: off is for load tests');
  if (config.http.corsOrigins.includes('*')) faults.push('CORS_ORIGINS: * lets every site in');
  if (env.PAYMENTS === 'simulated' || env.PAYMENTS === undefined) {
    faults.push('PAYMENTS: the simulated gateway gives plans away');
  }
  return [...faults, ...stripeProductionFaults(env), ...mediaProductionFaults(env)];
}

/** One secret for two purposes falls with the weaker of them; a previous one that is current was not changed. */
function equalFaults(secrets: Variables): string[] {
  const given = Object.entries(secrets).filter(([, value]) => value !== undefined);
  return given.flatMap(([name, value], index) =>
    given
      .slice(index + 1)
      .filter(([, other]) => other === value)
      .map(([other]) => `${name}, ${other}: are equal`),
  );
}

const SAMPLES = /change.?me|example|secret|sample|password|default/i;

function secretFaults(name: string, value: string | undefined): string[] {
  if (value === undefined) return [`${name}: is missing`];
  if (Buffer.byteLength(value) < 32) return [`${name}: is shorter than 32 bytes`];
  if (SAMPLES.test(value)) return [`${name}: looks like a sample`];
  return new Set(value).size < 10 ? [`${name}: repeats too few characters`] : [];
}
