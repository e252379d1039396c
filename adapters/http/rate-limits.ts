import type { Request, Response } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit, type Store } from 'express-rate-limit';
import { edgeRefusals } from './edge-refusals.ts';
import { Gate } from './gate.ts';
import type { EdgeLog } from './log.ts';
import type { Credential } from './passport.ts';
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

function limiter({ store, log, failuresOnly = false }: LimiterOptions): Limiter {
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
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skipSuccessfulRequests: failuresOnly,
    requestWasSuccessful: (_request, response) => !isFailure(response.statusCode),
    handler: (request, _response, next) => next(edgeRefusals.rateLimited(secondsLeft(request))),
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
      void middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
}

/** The caller's own failures; ours (5xx) and being limited are none. */
const isFailure = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

function secondsLeft(request: Request): number {
  const info: unknown = Reflect.get(request, 'rateLimit');
  const resetTime = typeof info === 'object' && info !== null && 'resetTime' in info ? info.resetTime : null;
  const left = resetTime instanceof Date ? resetTime.getTime() - Date.now() : WINDOW_MS;
  return Math.max(1, Math.ceil(left / 1_000));
}
