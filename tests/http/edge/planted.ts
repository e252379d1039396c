import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createApp, type AppDeps } from '../../../adapters/http/app.ts';
import { bodyLimits } from '../../../adapters/http/body.ts';
import type { Faces } from '../../../adapters/http/faces.ts';
import type { EdgeLog, RequestLine } from '../../../adapters/http/log.ts';
import { metrics } from '../../../adapters/http/metrics.ts';
import { bearerAuthentication } from '../../../adapters/http/passport.ts';
import { noRateLimits } from '../../../adapters/http/rate-limits.ts';
import { listen, type Listening, type ListenOptions } from '../../../adapters/http/server.ts';
import { liveServiceKeys, type ServiceKeyCheck } from '../../../adapters/http/service-keys.ts';
import { liveSessions, type AccessClaims, type SessionCheck } from '../../../adapters/http/sessions.ts';
import type { AliveServiceKey, ServiceScope } from '../../../src/identity/index.ts';
import { plantedRoutes } from './planted-routes.ts';

export const ISSUER = 'https://usher.test';
export const AUDIENCE = 'usher';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const PUBLIC_PEM = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signWith?: (data: string) => Buffer;
}

const es256 =
  (key: KeyObject) =>
  (data: string): Buffer =>
    sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' });

/** A token as Usher makes them, but for the parts given. */
export function token({ header, claims, signWith = es256(keys.privateKey) }: TokenParts = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const data = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })}.${encoded({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomUUID(),
    sid: randomUUID(),
    tv: 1,
    iat: now,
    exp: now + 600,
    jti: randomUUID(),
    ...claims,
  })}`;
  return `${data}.${signWith(data).toString('base64url')}`;
}

export const strangersSignature = es256(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

export const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` });

/** Sessions as a set of the dead and a set of admins, counting how often it is asked. */
export class PlantedSessions implements SessionCheck {
  readonly dead = new Set<string>();
  readonly admins = new Set<string>();
  readonly asked: number[] = [];

  async aliveAll(claims: readonly AccessClaims[]) {
    this.asked.push(claims.length);
    return claims.map(({ sessionId, accountId }) =>
      this.dead.has(sessionId) ? undefined : { isAdmin: this.admins.has(accountId) },
    );
  }
}

/** Service keys as a table, noting what was asked and what was told. Their digests are themselves, in capitals. */
export class PlantedServiceKeys implements ServiceKeyCheck {
  readonly live = new Map<string, AliveServiceKey>();
  readonly asked: (readonly string[])[] = [];
  readonly noted: string[] = [];

  /** A key with these scopes; its text. */
  plant(scopes: readonly ServiceScope[], changes: Partial<AliveServiceKey> = {}): string {
    const key = `usk_${randomUUID().replaceAll('-', '')}`;
    const id = randomUUID();
    this.live.set(key.toUpperCase(), { id, scopes, expiresAt: null, lastUsedAt: null, ...changes });
    return key;
  }

  digestOf(key: string): string | undefined {
    return /^usk_[0-9a-f]{32}$/.test(key) ? key.toUpperCase() : undefined;
  }

  async aliveAll(digests: readonly string[]) {
    this.asked.push(digests);
    return digests.map((digest) => this.live.get(digest));
  }

  async used(keys: readonly AliveServiceKey[]): Promise<void> {
    this.noted.push(...keys.map(({ id }) => id));
  }
}

export interface PlantedEdge extends Listening {
  readonly sessions: PlantedSessions;
  readonly serviceKeys: PlantedServiceKeys;
  readonly lines: readonly RequestLine[];
  readonly errors: readonly unknown[];
}

const running: Listening[] = [];

/** For `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const each of running.splice(0)) await each.stop();
}

export interface PlantedOptions {
  readonly deps?: Partial<AppDeps>;
  readonly listening?: Partial<ListenOptions>;
}

export async function startEdge({ deps = {}, listening = {} }: PlantedOptions = {}): Promise<PlantedEdge> {
  const sessions = new PlantedSessions();
  const serviceKeys = new PlantedServiceKeys();
  const lines: RequestLine[] = [];
  const errors: unknown[] = [];
  const log: EdgeLog = { request: (line) => lines.push(line), error: (error) => errors.push(error) };
  const app = createApp({
    // The planted routes ask nothing of it.
    faces: {} as Faces,
    routes: plantedRoutes,
    rawRoutes: [],
    authentication: bearerAuthentication(
      { issuer: ISSUER, audience: AUDIENCE, publicKey: (kid) => (kid === 'k1' ? PUBLIC_PEM : undefined) },
      liveSessions(sessions),
      liveServiceKeys(serviceKeys, { onUnnoted: (error) => errors.push(error) }),
    ),
    limits: noRateLimits,
    bodies: bodyLimits,
    readiness: { failing: async () => [] },
    metrics: metrics(),
    metricsToken: null,
    corsOrigins: ['https://app.test'],
    trustProxy: [],
    log,
    info: { title: 'Planted', version: '1.0.0', description: 'Planted' },
    jwks: { keys: [] },
    ...deps,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0, ...listening });
  running.push(server);
  return { ...server, sessions, serviceKeys, lines, errors };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** Sends a path exactly as written, which `fetch` would mend. */
export function askExactly(port: number, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(response.headers as Record<string, string>),
          body: JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>,
        }),
      );
    });
    request.on('error', reject).end();
  });
}

/** Writes bytes to a bare socket and gives back all that came until the other side closed it. */
export function exchangeBytes(port: number, bytes: string): Promise<{ text: string; ms: number }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject).on('close', () => resolve({ text, ms: performance.now() - startedAt }));
  });
}
