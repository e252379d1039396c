import { ipKeyGenerator, MemoryStore, type Store } from 'express-rate-limit';
import type { Exchange } from './exchange.ts';
import { Gate } from './gate.ts';
import type { EdgeLog } from './log.ts';
import type { Credential } from './passport.ts';
import { memoryHits, type HitCounter } from './rate-hits.ts';
import { countedOf, failureLimiter, requestLimiter, type Admission, type Counted } from './rate-limiters.ts';
import { Remembered } from './remembered.ts';
import type { RateClass } from './route.ts';

/** Requests a minute (rules: Everywhere). */
export interface RateNumbers {
  readonly anonymous: number;
  /** Each account, and each service key. */
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
  /**
   * Counts the request, and refuses it when it is one too many; undefined when there is nothing to wait for,
   * because it is counted or belongs to no limit.
   */
  admit(rate: RateClass, caller: Caller, exchange: Exchange): Admission | undefined;
}

export const noRateLimits: RateLimits = { admit: () => undefined };

/** Makes the counters of one class; the name keeps classes apart where they share a table. */
export interface RateStores {
  requests(name: string): HitCounter;
  /** For the middleware of express-rate-limit, which takes back the count of what turns out well. */
  failures(name: string): Store;
}

export const memoryRateStores: RateStores = { requests: memoryHits, failures: () => new MemoryStore() };

/** Log-ins of one address under way at once: more would gain nothing, since hashing is capped at the cores. */
const LOG_INS_AT_ONCE = 4;
/** A household or a server has a whole /64 of addresses for nothing. */
const IPV6_BITS = 64;
/** Callers of one kind who are remembered at most. */
const CALLERS = 20_000;

export function rateLimits(stores: RateStores, log: EdgeLog, numbers = rateNumbers): RateLimits {
  const api = requestLimiter(stores.requests('api'));
  const register = requestLimiter(stores.requests('register'));
  const login = failureLimiter(stores.failures('login'), log);
  // An attempt counts until it turns out good, so many good ones at once could look like failures: they queue.
  const logIns = new Gate(LOG_INS_AT_ONCE);
  const byAccount = callers('account', 'account', numbers.account);
  const byServiceKey = callers('service', 'service-key', numbers.account);
  const byAddress = {
    api: callers('address', 'anonymous', numbers.anonymous),
    register: callers('address', 'register', numbers.register),
    login: callers('address', 'login', numbers.login),
  };

  return {
    admit: (rate, { address, credential }, exchange) => {
      if (rate === 'unlimited') return undefined;
      if (rate === 'api' && credential.kind === 'account') {
        return api(byAccount(credential.claims.accountId), exchange);
      }
      if (rate === 'api' && credential.kind === 'service') {
        return api(byServiceKey(credential.key.id), exchange);
      }
      const counted = byAddress[rate](ipKeyGenerator(address, IPV6_BITS));
      if (rate === 'api') return api(counted, exchange);
      if (rate === 'register') return register(counted, exchange);
      const turn = logIns.enter(counted.key, exchange.response);
      return { isLikely: false, granted: turn.then(() => login(counted, exchange)) };
    },
  };
}

/** What is said of each caller of one kind, made once. */
function callers(kind: string, name: string, limit: number): (who: string) => Counted {
  const known = new Remembered<Counted>(CALLERS);
  return (who) => {
    const remembered = known.get(who);
    if (remembered) return remembered;
    const counted = countedOf(`${kind}:${who}`, name, limit);
    known.set(who, counted);
    return counted;
  };
}
