import type { Container } from 'inversify';
import type { Express } from 'express';
import { createApp } from '../http/app.ts';
import { bodyLimits } from '../http/body.ts';
import type { Faces } from '../http/faces.ts';
import { API_CALLS } from '../http/metered-calls.ts';
import { jobMetrics } from '../http/job-metrics.ts';
import { webhookMetrics } from '../http/webhook-metrics.ts';
import { metrics, type Metrics } from '../http/metrics.ts';
import { bearerAuthentication } from '../http/passport.ts';
import { postgresRateStores } from '../http/rate-limit-postgres.ts';
import { memoryRateStores, noRateLimits, rateLimits, type RateLimits } from '../http/rate-limits.ts';
import { rawRoutes, routesOf } from '../http/routes/all.ts';
import { playerRoutes } from '../http/routes/player.ts';
import { simulatedCheckoutRoutes } from '../http/routes/simulated-checkout.ts';
import { liveServiceKeys } from '../http/service-keys.ts';
import { liveSessions } from '../http/sessions.ts';
import * as keys from './keys.ts';
import { mediaOriginsOf } from './media-config.ts';
import { readinessOf, type Draining } from './readiness.ts';
import { provide, resolve } from './token.ts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './token-names.ts';

const API_INFO = {
  title: 'Usher',
  version: '1.0.0',
  description:
    'The backend of a subscription streaming service: accounts, plans, subscriptions, payments, entitlements, ' +
    'catalogue and playback. Errors are RFC 9457 problems with a stable `code`.',
} as const;

export function provideHttp(container: Container): void {
  provide(container, keys.LIVE_SESSIONS, [keys.IDENTITY], (identity) =>
    liveSessions({ aliveAll: (claims) => identity.sessionsAlive(claims) }),
  );
  provide(container, keys.LIVE_SERVICE_KEYS, [keys.IDENTITY, keys.EDGE_LOG], (identity, log) =>
    liveServiceKeys(
      {
        digestOf: (key) => identity.serviceKeyDigest(key),
        aliveAll: (digests) => identity.serviceKeysAlive(digests),
        used: (used) => identity.noteServiceKeyUse(used),
      },
      { onUnnoted: (error) => log.error(error, 'last use of service keys') },
    ),
  );
}

export const facesOf = (container: Container): Faces => ({
  identity: resolve(container, keys.IDENTITY),
  catalog: resolve(container, keys.CATALOG),
  subscriptions: resolve(container, keys.SUBSCRIPTIONS),
  billing: resolve(container, keys.BILLING),
  entitlements: resolve(container, keys.ENTITLEMENTS),
  playback: resolve(container, keys.PLAYBACK),
  operations: resolve(container, keys.OPERATIONS),
});

/** The whole REST service over a composed product. */
export function appOf(container: Container, draining: Draining): Express {
  const config = resolve(container, keys.CONFIG);
  const log = resolve(container, keys.EDGE_LOG);
  const { signing } = resolve(container, keys.KEYS);
  const sessions = resolve(container, keys.LIVE_SESSIONS);
  const simulated = resolve(container, keys.SIMULATED);
  return createApp({
    faces: facesOf(container),
    routes: routesOf([config.payments, config.media]),
    rawRoutes: [
      ...rawRoutes,
      ...(config.playerPage ? playerRoutes({ mediaOrigins: mediaOriginsOf(config.mediaProvider) }) : []),
      ...(simulated ? simulatedCheckoutRoutes(simulated.checkout) : []),
    ],
    authentication: bearerAuthentication(
      { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE, publicKey: (kid) => signing.publicKey(kid) },
      sessions,
      resolve(container, keys.LIVE_SERVICE_KEYS),
    ),
    limits: limitsOf(container),
    bodies: bodyLimits,
    readiness: readinessOf(container, draining),
    metrics: metricsOf(container),
    metricsToken: config.http.metricsToken,
    corsOrigins: config.http.corsOrigins.includes('*') ? '*' : config.http.corsOrigins,
    trustProxy: config.http.trustProxy,
    meterCall: config.meterApiCalls ? meterCallOf(container) : undefined,
    publicPath: publicPathOf(config.http.publicUrl),
    jwks: signing.jwks,
    info: API_INFO,
    log,
  });
}

const publicPathOf = (publicUrl: string | null): string =>
  publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');

function metricsOf(container: Container): Metrics {
  const measured = metrics();
  jobMetrics(measured.registry, resolve(container, keys.OPERATIONS));
  const webhooks = resolve(container, keys.WEBHOOK_COUNTS);
  webhookMetrics(measured.registry, () => webhooks.counts());
  return measured;
}

function limitsOf(container: Container): RateLimits {
  const { rateLimits: numbers } = resolve(container, keys.CONFIG);
  if (!numbers.enabled) return noRateLimits;
  const log = resolve(container, keys.EDGE_LOG);
  const connections = resolve(container, keys.CONNECTIONS);
  const shared = connections?.dialect === 'postgres';
  return rateLimits(shared ? postgresRateStores(connections.writer, log) : memoryRateStores, log, {
    anonymous: numbers.anonymousPerMinute,
    account: numbers.accountPerMinute,
    register: numbers.registerPerMinute,
    login: numbers.loginFailuresPerMinute,
  });
}

function meterCallOf(container: Container): (accountId: string) => Promise<void> {
  const entitlements = resolve(container, keys.ENTITLEMENTS);
  return async (accountId) => {
    await entitlements.consumeIfInPlan({ accountId, feature: API_CALLS, amount: 1, onBehalf: false });
  };
}
