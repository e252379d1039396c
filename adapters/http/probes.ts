import { timingSafeEqual, hash } from 'node:crypto';
import { unauthenticated } from './edge-refusals.ts';
import { send, type Exchange } from './exchange.ts';
import type { Metrics } from './metrics.ts';
import { HttpRefusal } from './problems.ts';

/** Whether the process can serve: the names of what fails, none when it can. */
export interface Readiness {
  failing(): Promise<readonly string[]>;
}

export type Probe = (exchange: Exchange) => Promise<void>;

export interface ProbeDeps {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** Opens `/metrics` to callers from elsewhere. */
  readonly metricsToken: string | null;
}

/** What operators ask, outside the API and outside the rate limits. */
export const probes = (deps: ProbeDeps): ReadonlyMap<string, Probe> =>
  new Map<string, Probe>([
    ['/healthz', async (exchange) => sendJson(exchange, { status: 'ok' })],
    ['/readyz', (exchange) => ready(exchange, deps.readiness)],
    ['/metrics', (exchange) => exposed(exchange, deps)],
  ]);

const sendJson = (exchange: Exchange, body: unknown): void =>
  send(exchange, { status: 200, headers: {}, text: JSON.stringify(body) });

async function ready(exchange: Exchange, readiness: Readiness): Promise<void> {
  const failing = await readiness.failing();
  if (failing.length === 0) return sendJson(exchange, { status: 'ready' });
  throw new HttpRefusal(503, 'service.not-ready', `Not ready: ${failing.join(', ')}.`, {
    members: { failing },
    headers: { 'Retry-After': '1' },
  });
}

/** What proxies add, each its own: one of them is enough to know that there is one. */
const PROXIED = /^(?:via|forwarded|x-forwarded-.+|x-real-ip|x-client-ip|true-client-ip|cf-.+)$/;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

async function exposed(exchange: Exchange, { metrics, metricsToken }: ProbeDeps): Promise<void> {
  const { request } = exchange;
  // The peer itself, not who it speaks for: behind a proxy on this host everybody would be loopback.
  const isProxied = Object.keys(request.headers).some((name) => PROXIED.test(name));
  const isLocal = LOOPBACK.has(request.socket.remoteAddress ?? '') && !isProxied;
  const isKnown =
    metricsToken !== null && sameText(request.headers.authorization ?? '', `Bearer ${metricsToken}`);
  if (!isLocal && !isKnown) throw unauthenticated(request.headers.authorization !== undefined);
  send(exchange, { status: 200, headers: {}, text: await metrics.text(), type: metrics.contentType });
}

const sameText = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
