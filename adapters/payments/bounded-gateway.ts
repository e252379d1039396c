import type { Charged, Found, GaveBack, PaymentGateway } from '../../src/billing/index.ts';

export interface Bounds {
  /** Milliseconds until an answer counts as lost; must be below the billing policy's `staleSeconds`. */
  readonly timeoutMs: number;
  /** Told of every fault, since the caller only learns that the outcome is unknown. */
  readonly onFault: (fault: unknown, operation: 'charge' | 'find' | 'refund') => void;
}

const UNKNOWN_CHARGE: Charged = { outcome: 'unknown', reference: null, reason: null, checkoutUrl: null };
const UNKNOWN_REFUND: GaveBack = { outcome: 'unknown', reason: null };

/** Makes any gateway keep the port's promise: it never rejects, and answers in bounded time. */
export function boundedGateway(gateway: PaymentGateway, { timeoutMs, onFault }: Bounds): PaymentGateway {
  const bounded = async <R>(
    operation: 'charge' | 'find' | 'refund',
    ask: () => Promise<R>,
    unknown: R,
  ): Promise<R> => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`the gateway did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      return await Promise.race([ask(), late.promise]);
    } catch (fault) {
      onFault(fault, operation);
      return unknown;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    name: gateway.name,
    defaultMethod: gateway.defaultMethod,
    knows: (method) => gateway.knows(method),
    charge: (request) => bounded('charge', () => gateway.charge(request), UNKNOWN_CHARGE),
    find: (key) => bounded<Found>('find', () => gateway.find(key), UNKNOWN_CHARGE),
    refund: (request) => bounded('refund', () => gateway.refund(request), UNKNOWN_REFUND),
  };
}
