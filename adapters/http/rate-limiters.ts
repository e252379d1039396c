import { hash } from 'node:crypto';
import { rateLimit, type Store } from 'express-rate-limit';
import { edgeRefusals } from './edge-refusals.ts';
import type { Exchange } from './exchange.ts';
import type { EdgeLog } from './log.ts';
import { WINDOW_MS, type HitCounter, type Hits } from './rate-hits.ts';

/** Whom a request is counted for, and what is said of it. */
export interface Counted {
  readonly key: string;
  readonly limit: number;
  readonly name: string;
  /** The value of `RateLimit-Policy`; its partition is a digest, so that it tells nobody the key. */
  readonly policy: string;
  /** The end, by `performance.now()`, of the window in which most of the limit was left when last counted. */
  roomyUntil: number;
}

/** A request on its way to being counted. */
export interface Admission {
  /** Rejects with `request.rate-limited` when it is one too many. */
  readonly granted: Promise<void>;
  /**
   * The counters are far away and most of the limit was left a moment ago: a question may be asked meanwhile,
   * and its answer waits. Whoever comes near the limit is counted first and gets no work done for nothing.
   */
  readonly isLikely: boolean;
}

/** Undefined: counted, and granted. */
export type Limiter = (counted: Counted, exchange: Exchange) => Admission | undefined;

export function countedOf(key: string, name: string, limit: number): Counted {
  const partition = Buffer.from(hash('sha256', key, 'hex').slice(0, 12)).toString('base64');
  const policy = `"${name}"; q=${limit}; w=${WINDOW_MS / 1_000}; pk=:${partition}:`;
  return { key, name, limit, policy, roomyUntil: 0 };
}

/**
 * The limit of whole requests, with the draft-8 headers of express-rate-limit and without its middleware, which
 * asks every request for options that are the same for all of them and costs it a tenth of the throughput.
 */
export function requestLimiter(counter: HitCounter): Limiter {
  const counting = async (pending: Promise<Hits>, counted: Counted, exchange: Exchange): Promise<void> => {
    const askedAt = performance.now();
    const hits = await pending;
    counted.roomyUntil = hits.total * 2 < counted.limit ? askedAt + hits.leftMs : 0;
    admit(hits, counted, exchange);
  };
  return (counted, exchange) => {
    const hits = counter.hit(counted.key, counted.limit);
    if (hits instanceof Promise) {
      const isLikely = performance.now() < counted.roomyUntil;
      return { granted: counting(hits, counted, exchange), isLikely };
    }
    admit(hits, counted, exchange);
    return undefined;
  };
}

/** Tells the caller what is left to them in the words of draft 8, and refuses who has nothing left. */
function admit({ total, leftMs }: Hits, { limit, name, policy }: Counted, { head }: Exchange): void {
  const seconds = Math.max(1, Math.ceil(Math.floor(leftMs) / 1_000));
  head.push('RateLimit', `"${name}"; r=${Math.max(0, limit - total)}; t=${seconds}`);
  head.push('RateLimit-Policy', policy);
  if (total > limit) throw edgeRefusals.rateLimited(seconds);
}

/** The limit of failures: the package's middleware, which takes back the count of what turns out well. */
export function failureLimiter(
  store: Store,
  log: EdgeLog,
): (counted: Counted, exchange: Exchange) => Promise<void> {
  const asked = new WeakMap<object, Counted>();
  const of = (request: object): Counted => {
    const counted = asked.get(request);
    if (!counted) throw new Error('a request that nobody counts');
    return counted;
  };
  const middleware = rateLimit({
    windowMs: WINDOW_MS,
    store,
    keyGenerator: (request) => of(request).key,
    limit: (request) => of(request).limit,
    // They are told below, like everybody's; the package's own policy takes a digest for each request.
    standardHeaders: false,
    legacyHeaders: false,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, response) => !isFailure(response.statusCode),
    // Who has nothing left is told so below as well.
    handler: (_request, _response, next) => next(),
    logger: {
      error: (error) => log.error(error, 'rate limits'),
      warn: (error) => log.error(error, 'rate limits'),
    },
    // Its checks warn about set-ups that ours is not.
    validate: false,
  });
  return async (counted, exchange) => {
    const { request, response } = exchange;
    asked.set(request, counted);
    await new Promise<void>((resolve, reject) => {
      void middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    admit(hitsOf(request), counted, exchange);
  };
}

/** The caller's own failures; ours (5xx) and being limited are none. */
const isFailure = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

/** What the middleware notes on a request that it has counted. */
function hitsOf(request: object): Hits {
  const { rateLimit: info } = request as {
    readonly rateLimit?: { readonly used: number; readonly resetTime: Date | undefined };
  };
  if (!info) throw new Error('a request that was not counted');
  const leftMs = info.resetTime === undefined ? WINDOW_MS : info.resetTime.getTime() - Date.now();
  return { total: info.used, leftMs };
}
