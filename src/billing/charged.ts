import type { Charged } from './ports.ts';

/** Nobody can tell what became of a charge, and nothing is known of it: what any other answer differs from. */
export const UNKNOWN_CHARGE: Charged = {
  outcome: 'unknown',
  reference: null,
  reason: null,
  checkoutUrl: null,
  method: null,
  customer: null,
};
