import type { Instant } from '../kernel/instant.ts';

/** Units that one period left over. */
export interface Lot {
  readonly amount: number;
  readonly used: number;
  readonly expiresAt: Instant;
}

export const leftOf = ({ amount, used }: Pick<Lot, 'amount' | 'used'>): number => amount - used;
