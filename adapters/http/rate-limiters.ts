import { hash } from 'node:crypto';
import { rateLimit, type ClientRateLimitInfo, type Options, type Store } from 'express-rate-limit';
import { edgeRefusals } from './edge-refusals.ts';
import type { Exchange } from './exchange.ts';
import type { EdgeLog } from './log.ts';

const WINDOW_MS = 60_000;

/** Whom a request is counted for, and what is said of it. */
export interface Counted {
  readonly key: string;
  readonly limit: number;
  readonly name: string;
  /** The value of `RateLimit-Policy`; its partition is a digest, so that it tells nobody the key. */
  readonly policy: string;
  /** When the window ends in which most of the limit was left when last counted; UTC milliseconds. */
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

export type Limiter = (counted: Counted, exchange: Exchange) => Admission;

export function countedOf(key: string, name: string, limit: number): Counted {
  const partition = Buffer.from(hash('sha256', key, 'hex').slice(0, 12)).toString('base64');
  const policy = `"${name}"; q=${limit}; w=${WINDOW_MS / 1_000}; pk=:${partition}:`;
  return { key, name, limit, policy, roomyUntil: 0 };
}

/**
 * The limit of whole requests: the stores and the draft-8 headers of express-rate-limit, without its middleware,
 * which asks every request for options that are the same for all of them and costs it a tenth of the throughput.
 */
export function requestLimiter(store: Store): Limiter {
  // Of a limiter's options the window is what a store looks at.
  void store.init?.({ windowMs: WINDOW_MS } as Options);
  const isFar = store.localKeys === false;
  const count = async (counted: Counted, exchange: Exchange): Promise<void> => {
    const info = await store.increment(counted.key);
    counted.roomyUntil = info.totalHits * 2 < counted.limit ? (info.resetTime?.getTime() ?? 0) : 0;
    admit(info, counted, exchange);
  };
  return (counted, exchange) => ({
    granted: count(counted, exchange),
    isLikely: isFar && Date.now() < counted.roomyUntil,
  });
}

/** Tells the caller what is left to them in the words of draft 8, and refuses who has nothing left. */
function admit(
  { totalHits, resetTime }: ClientRateLimitInfo,
  { limit, name, policy }: Counted,
  { head }: Exchange,
): void {
  const leftMs = resetTime === undefined ? WINDOW_MS : resetTime.getTime() - Date.now();
  const seconds = Math.max(1, Math.ceil(leftMs / 1_000));
  head.push('RateLimit', `"${name}"; r=${Math.max(0, limit - totalHits)}; t=${seconds}`);
  head.push('RateLimit-Policy', policy);
  if (totalHits > limit) throw edgeRefusals.rateLimited(seconds);
}

/** The limit of failures: the package's middleware, which takes back the count of what turns out well. */
export function failureLimiter(store: Store, log: EdgeLog): Limiter {
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
  const count = async (counted: Counted, { request, response }: Exchange): Promise<ClientRateLimitInfo> => {
    asked.set(request, counted);
    await new Promise<void>((resolve, reject) => {
      void middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    return infoOf(request);
  };
  return (counted, exchange) => ({
    granted: count(counted, exchange).then((info) => admit(info, counted, exchange)),
    isLikely: false,
  });
}

/** The caller's own failures; ours (5xx) and being limited are none. */
const isFailure = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

/** What the middleware notes on a request that it has counted. */
function infoOf(request: object): ClientRateLimitInfo {
  const { rateLimit: info } = request as {
    readonly rateLimit?: { readonly used: number; readonly resetTime: Date | undefined };
  };
  if (!info) throw new Error('a request that was not counted');
  return { totalHits: info.used, resetTime: info.resetTime };
}
