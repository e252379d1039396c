import { isAdmin, type Actor } from '../../src/kernel/actor.ts';
import { readJson, uploadOf, type BodyLimits } from './body.ts';
import { edgeRefusals, unauthenticated } from './edge-refusals.ts';
import { send, type Exchange } from './exchange.ts';
import type { Faces } from './faces.ts';
import { idempotencyOf } from './idempotency-key.ts';
import { validated } from './input.ts';
import type { Authentication } from './passport.ts';
import { passwordLogIn } from './password-log-in.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Access, Route } from './route.ts';
import { watchUpload } from './upload-watch.ts';

export interface DispatchDeps {
  readonly faces: Faces;
  readonly authentication: Authentication;
  readonly limits: RateLimits;
  readonly bodies: BodyLimits;
  /** Addresses of proxies whose X-Forwarded-For tells the caller's address; nobody's when empty. */
  readonly trustProxy: readonly string[];
}

/** Without proxies the caller is whoever holds the socket; Express would look for more at each request. */
const addresses = (trustProxy: readonly string[]) => (request: Exchange['request']) =>
  (trustProxy.length > 0 ? request.ip : request.socket.remoteAddress) ?? '';

/** Where a request goes on its way to the handler. */
export interface Target {
  readonly params: Readonly<Record<string, string>>;
  /** Below the base, without a trailing slash. */
  readonly path: string;
  readonly search: string;
}

/** Answers one request of one route. */
export type Handler = (exchange: Exchange, target: Target) => Promise<void>;

/**
 * The life of a request behind the router, in the order of the REST contract: 429, 401, 403 by role,
 * 415/413/400, then the use case. Whatever is thrown becomes a problem further out.
 */
export function handlerOf(route: Route, deps: DispatchDeps): Handler {
  const addressOf = addresses(deps.trustProxy);
  const logIn = route.authenticates && passwordLogIn(route.authenticates);
  return async (exchange, target) => {
    const { request, response } = exchange;
    const address = addressOf(request);
    const sent = logIn && (await bodyAhead(request, deps.bodies));
    const credential = await deps.authentication.identify(request, response);
    await deps.limits.admit(route.rate ?? 'api', { address, credential }, request, response);
    const actor = await deps.authentication.actorOf(credential);
    exchange.actor = actor;
    const admittedActor = admitted(route.access, actor);
    const upload = route.upload && uploadOf(request, route.upload.types);
    const raw = route.body ? await (sent ? sent() : readJson(request, deps.bodies)) : undefined;
    const idempotency = route.idempotent
      ? idempotencyOf(request.headers['idempotency-key'], admittedActor, {
          method: route.method,
          path: target.path,
          body: raw,
        })
      : undefined;
    const input = validated(route, { params: target.params, search: target.search, body: raw });
    const { headers } = request;
    const signedIn = await logIn?.(deps.faces, { request, response, body: input.body, address, headers });
    // The route's generic parameters were checked where it was declared; here they are erased.
    const handling = {
      ...input,
      actor: admittedActor as never,
      upload,
      idempotency,
      address,
      headers,
      signedIn,
    };
    await watched(exchange, upload && deps.bodies, async () => {
      const result = await route.handle(deps.faces, handling);
      send(exchange, replyOf(route, result));
    });
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

async function watched(
  { request }: Exchange,
  upload: BodyLimits | undefined,
  work: () => Promise<void>,
): Promise<void> {
  if (!upload) return work();
  const stop = watchUpload(request, upload.uploadCheckMs);
  try {
    await work();
  } finally {
    stop();
  }
}

function replyOf(route: Route, result: Awaited<ReturnType<Route['handle']>>) {
  const status = result.status ?? route.reply.status;
  const replayed = result.replayed === true ? { 'Idempotency-Replayed': 'true' } : {};
  const headers = { ...result.headers, ...replayed };
  return result.body === undefined || status === 204
    ? { status, headers }
    : { status, headers, text: JSON.stringify(result.body) };
}

/** The actor, when the route is for such; else 401 for a stranger and 403 for somebody of another role. */
function admitted(access: Access, actor: Actor | undefined): Actor {
  if (!actor) throw unauthenticated(true);
  if (access === 'public') return actor;
  if (actor.kind === 'anonymous') throw unauthenticated(false);
  if (!isFor(access, actor)) throw edgeRefusals.forbidden();
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
