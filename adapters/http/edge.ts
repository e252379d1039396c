import type { Request, Response } from 'express';
import { crossOrigin, type CorsOrigins } from './cors.ts';
import { BASES } from './bases.ts';
import { handlerOf, type DispatchDeps, type Handler } from './dispatch.ts';
import { isDocument } from './documents.ts';
import { methodNotAllowed, unknownPath } from './edge-refusals.ts';
import { exchangeOf, send, sendProblem, settleHead, type Exchange } from './exchange.ts';
import type { EdgeLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import { lingerAfter } from './linger.ts';
import { PathTable, type Found } from './path-table.ts';
import type { Place } from './place.ts';
import { probes, type ProbeDeps } from './probes.ts';
import { headOf, type Protocol } from './protocol.ts';
import type { RawRoute, Route } from './route.ts';
import { apiHeaders } from './secure-headers.ts';

export interface EdgeDeps extends DispatchDeps, ProbeDeps {
  readonly routes: readonly Route[];
  readonly rawRoutes: readonly RawRoute[];
  readonly corsOrigins: CorsOrigins;
  readonly log: EdgeLog;
  readonly metrics: Metrics;
}

interface Answering {
  readonly pattern: string;
  readonly protocol?: Protocol | undefined;
  readonly handle: Handler;
}

/**
 * The one middleware in front of everything: it finds the route in a table, runs it and turns whatever goes
 * wrong into a problem. Resolves to false for a path that is not its own (the documents, and what is the host's).
 */
export function edge(
  deps: EdgeDeps,
  place: Place,
): (request: Request, response: Response) => Promise<boolean> {
  const table = tableOf(deps, place);
  const constant = apiHeaders().flat();
  const cors = crossOrigin(deps.corsOrigins);
  const openCors = crossOrigin('*');

  return async (request, response) => {
    const { path, search } = splitUrl(request.url);
    const found = table.find(request.method.toLowerCase(), path);
    // Untouched: no header of ours, and no line in our log.
    if (found.state === 'nothing' && place.isGuestAtRoot(request) && !isDocument(path)) return false;
    const exchange = exchangeOf(request, response, constant);
    if (found.state === 'found') exchange.pattern = found.value.pattern;
    const protocol = protocolOf(found);
    if (protocol) exchange.head.push(...headOf(protocol, request.method));
    response.once('close', () => finished(exchange, deps));
    lingerAfter(request, response);
    if (request.headers.origin !== undefined) {
      settleHead(exchange);
      // Media is reached by its address alone, and shown by players of any origin.
      if (await (isMedia(path) ? openCors : cors)(request, response)) return true;
    }
    try {
      if (found.state === 'found') {
        await found.value.handle(exchange, { params: found.params, path, search });
      } else if (found.state === 'other-method') answerOther(exchange, found.methods);
      else if (isApi(path)) throw unknownPath();
      else {
        settleHead(exchange);
        return false;
      }
    } catch (error) {
      sendProblem(exchange, error, deps.log);
    }
    return true;
  };
}

function tableOf(deps: EdgeDeps, place: Place): PathTable<Answering> {
  const table = new PathTable<Answering>();
  for (const route of deps.routes) {
    const handle = handlerOf(route, deps, place);
    const { protocol } = route;
    for (const base of BASES) {
      table.add(route.method, base + route.path, { pattern: BASES[0] + route.path, protocol, handle });
    }
  }
  for (const [path, probe] of probes(deps)) table.add('get', path, { pattern: path, handle: probe });
  for (const raw of deps.rawRoutes) {
    table.add(raw.method, raw.path, {
      pattern: raw.path,
      handle: (exchange, { params }) => {
        settleHead(exchange);
        const base = place.baseOf(exchange.request);
        return raw.serve(deps.faces, Object.assign(exchange.request, { params, base }), exchange.response);
      },
    });
  }
  return table;
}

function protocolOf(found: Found<Answering>): Protocol | undefined {
  if (found.state === 'found') return found.value.protocol;
  return found.state === 'other-method'
    ? found.values.find(({ protocol }) => protocol !== undefined)?.protocol
    : undefined;
}

function answerOther(exchange: Exchange, methods: readonly string[]): void {
  const allow = [...new Set([...methods, 'OPTIONS'])].join(', ');
  if (exchange.request.method !== 'OPTIONS') throw methodNotAllowed(allow);
  send(exchange, { status: 204, headers: { Allow: allow } });
}

function splitUrl(url: string): { readonly path: string; readonly search: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, search: '' } : { path: url.slice(0, mark), search: url.slice(mark + 1) };
}

const isMedia = (path: string): boolean => path.startsWith('/media/');

const isApi = (path: string): boolean => path === '/api' || path.startsWith('/api/');

function finished(
  { request, response, requestId, startedAt, pattern, actor }: Exchange,
  deps: EdgeDeps,
): void {
  const ms = performance.now() - startedAt;
  const { method } = request;
  const status = response.statusCode;
  deps.metrics.observe({ method, route: pattern, status, seconds: ms / 1_000 });
  deps.log.request({
    request_id: requestId,
    method,
    route: pattern,
    status,
    ms: Math.round(ms * 10) / 10,
    ...(actor?.kind === 'account' ? { account_id: actor.accountId } : {}),
    ...(actor?.kind === 'service' ? { service_key_id: actor.keyId } : {}),
    ...(response.writableFinished ? {} : { aborted: true as const }),
  });
}
