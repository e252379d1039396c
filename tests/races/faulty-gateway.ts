import type { Charged, PaymentGateway } from '../../src/billing/index.ts';

/** Of how many calls the answer gets lost, each between 0 and 1. */
export interface Faults {
  /** The request never arrives: nothing was charged. */
  readonly beforeCapture: number;
  /** The money moves, and nobody hears of it. */
  readonly afterCapture: number;
  /** Questions and refunds without an answer. */
  readonly questions: number;
}

const UNKNOWN: Charged = {
  outcome: 'unknown',
  reference: null,
  reason: null,
  checkoutUrl: null,
  method: null,
  customer: null,
};

/** A gateway on a bad line: it does what it is asked, and often nobody learns of it in time. */
export function faultyGateway(
  gateway: PaymentGateway,
  { beforeCapture, afterCapture, questions }: Faults,
  chance: () => number,
): PaymentGateway {
  return {
    ...gateway,
    charge: async (request) => {
      const fate = chance();
      if (fate < beforeCapture) return UNKNOWN;
      const answer = await gateway.charge(request);
      return fate < beforeCapture + afterCapture ? UNKNOWN : answer;
    },
    find: async (question) => (chance() < questions ? UNKNOWN : gateway.find(question)),
    abandon: async (question) => {
      const answer = await gateway.abandon(question);
      return chance() < questions ? UNKNOWN : answer;
    },
    refund: async (request) => {
      const answer = await gateway.refund(request);
      return chance() < questions ? { outcome: 'unknown', reason: null } : answer;
    },
  };
}
