import type { Request, RequestHandler } from 'express';
import { createGuard, type Guarded } from '../../src/entitlements/index.ts';
import { answerRefusals } from './answer-refusals.ts';
import { unauthenticated } from './edge-refusals.ts';

export interface MeteredOptions {
  /** Whose units are used; undefined for nobody, who is answered 401. */
  readonly accountOf: (request: Request) => string | undefined | Promise<string | undefined>;
  /** Whole units of one request, 1 by default. */
  readonly amount?: number | ((request: Request) => number);
  /**
   * Names what a request pays for, for hosts that keep their answer under that name and give it again: a second
   * request with it uses nothing, and the route runs again. Nothing a caller may choose, such as its
   * Idempotency-Key alone: that would be use for nothing.
   */
  readonly paysFor?: (request: Request) => string | undefined;
}

/**
 * Lets a request through to the routes of other teams when its account has the feature, and uses the units up
 * first. Who has not, is answered with the problem that `POST /usage` answers with; a fault goes to the host's error
 * handlers, and not to the route.
 */
export function metered(
  entitlements: Guarded,
  feature: string,
  { accountOf, amount = 1, paysFor }: MeteredOptions,
): RequestHandler {
  const guard = createGuard(entitlements);
  const admit = async (request: Request): Promise<void> => {
    const accountId = await accountOf(request);
    if (accountId === undefined || accountId === '')
      throw unauthenticated(request.headers.authorization !== undefined);
    const units = typeof amount === 'number' ? amount : amount(request);
    const key = paysFor?.(request);
    const asked = { accountId, feature, amount: units };
    await guard(key === undefined ? asked : { ...asked, key }, async () => undefined);
  };
  return (request, response, next) => {
    admit(request).then(
      () => next(),
      (error: unknown) => void answerRefusals(error, request, response, next),
    );
  };
}
