import type { Request, RequestHandler } from 'express';
import { createGuard, type Guarded } from '../../src/entitlements/index.ts';
import { answerRefusals } from './answer-refusals.ts';
import { unauthenticated } from './edge-refusals.ts';
import { keySent } from './idempotency-key.ts';

export interface MeteredOptions {
  /** Whose units are used; undefined for nobody, who is answered 401. */
  readonly accountOf: (request: Request) => string | undefined | Promise<string | undefined>;
  /** Whole units of one request, 1 by default. */
  readonly amount?: number | ((request: Request) => number);
}

/**
 * Lets a request through to the routes of other teams when its account has the feature, and uses the units up
 * first; a repeated `Idempotency-Key` is let through again and uses nothing. Who has not, is answered with the
 * problem that `POST /usage` answers with; a fault goes to the host's error handlers, and not to the route.
 */
export function metered(
  entitlements: Guarded,
  feature: string,
  { accountOf, amount = 1 }: MeteredOptions,
): RequestHandler {
  const guard = createGuard(entitlements);
  const admit = async (request: Request): Promise<void> => {
    const accountId = await accountOf(request);
    if (accountId === undefined || accountId === '')
      throw unauthenticated(request.headers.authorization !== undefined);
    const units = typeof amount === 'number' ? amount : amount(request);
    const key = keySent(request.headers['idempotency-key']);
    const asked = { accountId, feature, amount: units };
    await guard(key === undefined ? asked : { ...asked, key: keyOf(key, request) }, async () => undefined);
  };
  return (request, response, next) => {
    admit(request).then(
      () => next(),
      (error: unknown) => void answerRefusals(error, request, response, next),
    );
  };
}

/** A key names one request: the same key of another route is another one. */
const keyOf = (key: string, { method, baseUrl, path }: Request): string =>
  `${method} ${baseUrl}${path} ${key}`;
