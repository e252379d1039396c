import { isAdmin, type Actor } from '../../src/kernel/actor.ts';
import { hasBody, readJson, uploadOf, type BodyLimits } from './body.ts';
import { edgeRefusals, insufficientScope, unauthenticated } from './edge-refusals.ts';
import { send, type Exchange, type Reply } from './exchange.ts';
import type { Faces } from './faces.ts';
import { idempotencyOf } from './idempotency-key.ts';
import { validated } from './input.ts';
import { isMetered } from './metered-calls.ts';
import type { Authentication, Credential } from './passport.ts';
import { passwordLogIn } from './password-log-in.ts';
import { jsonBelow, pathBelow, type Place } from './place.ts';
import { refuseUnspoken } from './protocol.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Access, Route, Upload } from './route.ts';
import { watchUpload } from './upload-watch.ts';

export interface DispatchDeps {
  readonly faces: Faces;
  readonly authentication: Authentication;
  readonly limits: RateLimits;
  readonly bodies: BodyLimits;
  /** Addresses of proxies whose X-Forwarded-For tells the caller's address; nobody's when empty. */
  readonly trustProxy: readonly string[];
  /** Uses up a call of our own API, where calls are metered; rejects when none is left. */
  readonly meterCall?: ((accountId: string) => Promise<void>) | undefined;
}

/**
 * Without proxies the caller is whoever holds the socket; Express would look for more at each request. Whoever
 * mounted us may have proxies of their own.
 */
const addresses = (trustProxy: readonly string[], place: Place) => (request: Exchange['request']) =>
  (trustProxy.length > 0 || place.isGuest() ? request.ip : request.socket.remoteAddress) ?? '';

/** Where a request goes on its way to the handler. */
export interface Target {
  readonly params: Readonly<Record<string, string>>;
  readonly path: string;
  readonly search: string;
}

/** Answers one request of one route. */
export type Handler = (exchange: Exchange, target: Target) => Promise<void>;

/**
 * The life of a request behind the router, in the order of the REST contract: 429, 401, 403 by role,
 * 415/413/400, then the use case. Whatever is thrown becomes a problem further out.
 *
 * What is remembered of a caller is there at once and not awaited: a promise for each step would be a good part
 * of what the edge costs.
 */
export function handlerOf(route: Route, deps: DispatchDeps, place: Place): Handler {
  const addressOf = addresses(deps.trustProxy, place);
  const answer = answerer(route, deps, place);
  return async (exchange, target) => {
    const { request, response } = exchange;
    const address = addressOf(request);
    const sent = route.authenticates && (await bodyAhead(request, deps.bodies));
    const identified = deps.authentication.identify(request, response);
    const credential = identified instanceof Promise ? await identified : identified;
    const admission = deps.limits.admit(route.rate ?? 'api', { address, credential }, exchange);
    const mayAsk = admission?.isLikely === true && route.method === 'get';
    if (admission && !mayAsk) await admission.granted;
    const reply = answer(exchange, target, { address, credential, sent });
    if (admission && mayAsk) await afterwards(admission.granted, reply);
    send(exchange, await reply);
  };
}

/** Waits for the first; what becomes of the second is for later, also when the first fails. */
async function afterwards(first: Promise<void>, second: Promise<unknown>): Promise<void> {
  second.catch(() => undefined);
  await first;
}

/** Whose request it is, counted or about to be. */
interface Received {
  readonly address: string;
  readonly credential: Credential;
  /** The body, where it had to be read before. */
  readonly sent: (() => Promise<unknown>) | undefined;
}

/** What comes behind 429. */
function answerer(route: Route, deps: DispatchDeps, place: Place) {
  const logIn = route.authenticates && passwordLogIn(route.authenticates);
  const meterCall = isMetered(route.path) ? deps.meterCall : undefined;
  return async (exchange: Exchange, target: Target, received: Received): Promise<Reply> => {
    const { request, response } = exchange;
    const { address, credential, sent } = received;
    const { headers } = request;
    const known = deps.authentication.actorOf(credential);
    exchange.actor = known instanceof Promise ? await known : known;
    const actor = admitted(route, exchange.actor);
    if (meterCall && actor.kind === 'account') await meterCall(actor.accountId);
    if (route.protocol) refuseUnspoken(route.protocol, request);
    const upload = route.upload && uploadIn(request, route.upload);
    const raw = route.body ? await (sent ? sent() : readJson(request, deps.bodies)) : undefined;
    const idempotency = route.idempotent
      ? idempotencyOf(headers['idempotency-key'], actor, {
          method: route.method,
          path: target.path,
          body: raw,
        })
      : undefined;
    const { params, query, body, head } = validated(route, target, { raw, headers });
    const signedIn = logIn && (await logIn(deps.faces, { request, response, body, address, headers }));
    // The route's generic parameters were checked where it was declared; here they are erased.
    const who = actor as never;
    const given = { actor: who, params, query, body, upload, idempotency, address, headers, head, signedIn };
    const work = () => route.handle(deps.faces, given);
    const result = await (upload ? watched(request, deps.bodies, work) : work());
    return replyOf(route, result, place.baseOf(request));
  };
}

/**
 * Log-ins of one address take turns, and nobody's turn may wait for bytes that somebody else withholds: the
 * body comes first. What is wrong with it is told in the contract's order, when it is asked for.
 */
async function bodyAhead(request: Exchange['request'], limits: BodyLimits): Promise<() => Promise<unknown>> {
  const [outcome] = await Promise.allSettled([readJson(request, limits)]);
  return async () => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
}

async function watched<R>(
  request: Exchange['request'],
  { uploadCheckMs }: BodyLimits,
  work: () => Promise<R>,
): Promise<R> {
  const stop = watchUpload(request, uploadCheckMs);
  try {
    return await work();
  } finally {
    stop();
  }
}

const uploadIn = (
  request: Exchange['request'],
  { types, isOptional = false }: NonNullable<Route['upload']>,
): Upload | undefined => (isOptional && !hasBody(request) ? undefined : uploadOf(request, types));

const NO_HEADERS: Reply['headers'] = {};

function replyOf(route: Route, result: Awaited<ReturnType<Route['handle']>>, base: string): Reply {
  const status = result.status ?? route.reply.status;
  const headers = headersOf(result, base);
  if (result.body instanceof Uint8Array)
    return { status, headers, text: result.body, type: route.reply.document ?? 'application/octet-stream' };
  return result.body === undefined || status === 204
    ? { status, headers }
    : { status, headers, text: jsonBelow(base, result.body) };
}

function headersOf(
  { headers: own = NO_HEADERS, replayed }: Awaited<ReturnType<Route['handle']>>,
  base: string,
): Reply['headers'] {
  const { Location: location } = own;
  const told = location === undefined || base === '' ? own : { ...own, Location: pathBelow(base, location) };
  return replayed === true ? { ...told, 'Idempotency-Replayed': 'true' } : told;
}

/**
 * The actor, when the route is for such; else 401 for a stranger, 403 for somebody of another role, or for a
 * service key without the scope.
 */
function admitted({ access, scope }: Route, actor: Actor | undefined): Actor {
  if (!actor) throw unauthenticated(true);
  if (access === 'public') return actor;
  if (actor.kind === 'anonymous') throw unauthenticated(false);
  if (!isFor(access, actor)) throw edgeRefusals.forbidden();
  if (actor.kind !== 'service') return actor;
  // The type of routes sees to it that one for service keys has a scope; without one it would be for none.
  if (scope === undefined) throw edgeRefusals.forbidden();
  if (!actor.scopes.includes(scope)) throw insufficientScope(scope);
  return actor;
}

function isFor(access: Exclude<Access, 'public'>, actor: Actor): boolean {
  switch (access) {
    case 'account':
      return actor.kind === 'account';
    case 'admin':
      return isAdmin(actor);
    case 'service':
      return actor.kind === 'service' || isAdmin(actor);
    case 'account-or-service':
      return actor.kind === 'account' || actor.kind === 'service';
  }
}
