import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit, type Store } from 'express-rate-limit';
import { edgeRefusals } from './edge-refusals.ts';
import { Gate } from './gate.ts';
import type { EdgeLog } from './log.ts';
import type { Credential } from './passport.ts';
import { Remembered } from './remembered.ts';
import type { RateClass } from './route.ts';

/** Requests a minute (rules: Everywhere). */
export interface RateNumbers {
  readonly anonymous: number;
  readonly account: number;
  readonly register: number;
  /** Failures alone. */
  readonly login: number;
}

export const rateNumbers: RateNumbers = { anonymous: 60, account: 300, register: 30, login: 20 };

export interface Caller {
  readonly address: string;
  readonly credential: Credential;
}

export interface RateLimits {
  /** Counts the request, and refuses it with `request.rate-limited` when there were too many. */
  admit(rate: RateClass, caller: Caller, request: Request, response: Response): Promise<void>;
}

export const noRateLimits: RateLimits = { admit: async () => undefined };

/** Makes the counters of one class; the name keeps classes apart where they share a table. */
export type RateStores = (name: string) => Store;

export const memoryRateStores: RateStores = () => new MemoryStore();

const WINDOW_MS = 60_000;
/** Log-ins of one address under way at once: more would gain nothing, since hashing is capped at the cores. */
const LOG_INS_AT_ONCE = 4;

interface Counted {
  readonly key: string;
  readonly limit: number;
  readonly name: string;
}

type Limiter = (counted: Counted, request: Request, response: Response) => Promise<void>;

export function rateLimits(stores: RateStores, log: EdgeLog, numbers = rateNumbers): RateLimits {
  const api = limiter({ store: stores('api'), log });
  const register = limiter({ store: stores('register'), log });
  const login = limiter({ store: stores('login'), log, failuresOnly: true });
  // An attempt counts until it turns out good, so many good ones at once could look like failures: they queue.
  const logIns = new Gate(LOG_INS_AT_ONCE);

  return {
    admit: async (rate, { address, credential }, request, response) => {
      if (rate === 'unlimited') return;
      if (rate === 'api') {
        const counted =
          credential.kind === 'account'
            ? { key: `account:${credential.claims.accountId}`, limit: numbers.account, name: 'account' }
            : { key: addressKey(address), limit: numbers.anonymous, name: 'anonymous' };
        return api(counted, request, response);
      }
      const key = addressKey(address);
      if (rate === 'register') {
        return register({ key, limit: numbers.register, name: 'register' }, request, response);
      }
      await logIns.enter(key, response);
      return login({ key, limit: numbers.login, name: 'login' }, request, response);
    },
  };
}

/** IPv6 by /64: a household or a server has that many addresses for nothing. */
const addressKey = (address: string): string => `address:${ipKeyGenerator(address, 64)}`;

interface LimiterOptions {
  readonly store: Store;
  readonly log: EdgeLog;
  readonly failuresOnly?: boolean;
}

/** Policies remembered at most: one for each caller. */
const POLICIES = 20_000;

/** What `RateLimit` and `RateLimit-Policy` say (draft 8 of the RFC), each caller's policy made once. */
function headerTeller(): (counted: Counted, request: Request, response: Response) => void {
  const policies = new Remembered<string>(POLICIES);
  const policyOf = ({ key, limit, name }: Counted): string => {
    const known = policies.get(key);
    if (known !== undefined) return known;
    const partition = Buffer.from(hash('sha256', key, 'hex').slice(0, 12)).toString('base64');
    const policy = `"${name}"; q=${limit}; w=${WINDOW_MS / 1_000}; pk=:${partition}:`;
    policies.set(key, policy);
    return policy;
  };
  return (counted, request, response) => {
    const { remaining } = infoOf(request);
    response.setHeader('RateLimit', `"${counted.name}"; r=${remaining}; t=${secondsLeft(request)}`);
    response.setHeader('RateLimit-Policy', policyOf(counted));
  };
}

function limiter({ store, log, failuresOnly = false }: LimiterOptions): Limiter {
  const tell = headerTeller();
  const asked = new WeakMap<object, Counted>();
  const of = (request: Request): Counted => {
    const counted = asked.get(request);
    if (!counted) throw new Error('a request that nobody counts');
    return counted;
  };
  const middleware = rateLimit({
    windowMs: WINDOW_MS,
    store,
    keyGenerator: (request) => of(request).key,
    limit: (request) => of(request).limit,
    identifier: (request) => of(request).name,
    // Its own draft-8 headers take a digest of the key anew for each request: a tenth of the throughput.
    standardHeaders: false,
    legacyHeaders: false,
    skipSuccessfulRequests: failuresOnly,
    requestWasSuccessful: (_request, response) => !isFailure(response.statusCode),
    handler: (request, response, next) => {
      tell(of(request), request, response);
      next(edgeRefusals.rateLimited(secondsLeft(request)));
    },
    logger: {
      error: (error) => log.error(error, 'rate limits'),
      warn: (error) => log.error(error, 'rate limits'),
    },
    // Its checks warn about set-ups that ours is not, and cost on each request.
    validate: false,
  });
  return (counted, request, response) =>
    new Promise((resolve, reject) => {
      asked.set(request, counted);
      void middleware(request, response, (error?: unknown) => {
        if (error) return reject(error);
        tell(counted, request, response);
        return resolve();
      });
    });
}

/** The caller's own failures; ours (5xx) and being limited are none. */
const isFailure = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

interface RateInfo {
  readonly remaining: number;
  readonly resetTime: Date | undefined;
}

/** What the middleware notes on a request that it has counted. */
function infoOf(request: Request): RateInfo {
  const { rateLimit: info } = request as { readonly rateLimit?: RateInfo };
  return info ?? { remaining: 0, resetTime: undefined };
}

function secondsLeft(request: Request): number {
  const { resetTime } = infoOf(request);
  const left = resetTime === undefined ? WINDOW_MS : resetTime.getTime() - Date.now();
  return Math.max(1, Math.ceil(left / 1_000));
}
