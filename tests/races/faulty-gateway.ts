import { UNKNOWN_CHARGE, type PaymentGateway } from '../../src/billing/index.ts';

/** Of how many calls the answer gets lost, each between 0 and 1. */
export interface Faults {
  /** The request never arrives: nothing was charged. */
  readonly beforeCapture: number;
  /** The money moves, and nobody hears of it. */
  readonly afterCapture: number;
  /** Questions and refunds without an answer. */
  readonly questions: number;
}

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
      if (fate < beforeCapture) return UNKNOWN_CHARGE;
      const answer = await gateway.charge(request);
      return fate < beforeCapture + afterCapture ? UNKNOWN_CHARGE : answer;
    },
    find: async (question) => (chance() < questions ? UNKNOWN_CHARGE : gateway.find(question)),
    abandon: async (question) => {
      const answer = await gateway.abandon(question);
      return chance() < questions ? UNKNOWN_CHARGE : answer;
    },
    refund: async (request) => {
      const answer = await gateway.refund(request);
      return chance() < questions ? { outcome: 'unknown', reason: null } : answer;
    },
  };
}
