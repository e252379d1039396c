import {
  UNKNOWN_CHARGE,
  type ChargeLife,
  type Found,
  type GaveBack,
  type PaymentGateway,
} from '../../src/billing/index.ts';
import { inTime } from '../clock/in-time.ts';

export type GatewayOperation = 'charge' | 'find' | 'abandon' | 'review' | 'refund';

export interface Bounds {
  /** Milliseconds until an answer counts as lost; must be below the billing policy's `staleSeconds`. */
  readonly timeoutMs: number;
  /** Told of every fault, since the caller only learns that the outcome is unknown. */
  readonly onFault: (fault: unknown, operation: GatewayOperation) => void;
}

const UNKNOWN_LIFE: ChargeLife = { found: UNKNOWN_CHARGE, refundedMinor: 0, disputes: [] };
const UNKNOWN_REFUND: GaveBack = { outcome: 'unknown', reason: null };

/** Makes any gateway keep the port's promise: it never rejects, and answers in bounded time. */
export function boundedGateway(gateway: PaymentGateway, { timeoutMs, onFault }: Bounds): PaymentGateway {
  const bounded = async <R>(operation: GatewayOperation, ask: () => Promise<R>, unknown: R): Promise<R> => {
    try {
      return await inTime(timeoutMs, ask, `the gateway did not answer within ${timeoutMs} ms`);
    } catch (fault) {
      onFault(fault, operation);
      return unknown;
    }
  };

  return {
    name: gateway.name,
    defaultMethod: gateway.defaultMethod,
    defaultOffSession: gateway.defaultOffSession,
    knows: (method) => gateway.knows(method),
    charge: (request) => bounded('charge', () => gateway.charge(request), UNKNOWN_CHARGE),
    find: (question) => bounded<Found>('find', () => gateway.find(question), UNKNOWN_CHARGE),
    abandon: (question) => bounded<Found>('abandon', () => gateway.abandon(question), UNKNOWN_CHARGE),
    review: (question) => bounded('review', () => gateway.review(question), UNKNOWN_LIFE),
    refund: (request) => bounded('refund', () => gateway.refund(request), UNKNOWN_REFUND),
  };
}
