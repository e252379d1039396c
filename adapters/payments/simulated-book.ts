import type { Instant } from '../../src/kernel/instant.ts';

/** A line of the simulated gateway's own book: what it decided about a key, once and for ever. */
export interface SimulatedCharge {
  /** The merchant's key. */
  readonly key: string;
  readonly reference: string;
  readonly accountId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly method: string;
  readonly description: string;
  readonly outcome: 'captured' | 'declined';
  readonly reason: string | null;
  readonly createdAt: Instant;
}

export interface SimulatedRefund {
  readonly key: string;
  /** The reference of the charge. */
  readonly charge: string;
  readonly amountMinor: number;
  readonly createdAt: Instant;
}

/**
 * The book of a gateway that lives beside the product: written in transactions of its own, between ours, so
 * that a process killed after the capture and before our settlement leaves what a real gateway would.
 */
export interface GatewayBook {
  findCharge(key: string): Promise<SimulatedCharge | undefined>;
  findByReference(reference: string): Promise<SimulatedCharge | undefined>;
  /** A key that has a line already is a lost race. */
  addCharge(charge: SimulatedCharge): Promise<void>;
  /** Every charge of an account, oldest first. */
  chargesOf(accountId: string): Promise<readonly SimulatedCharge[]>;
  findRefund(key: string): Promise<SimulatedRefund | undefined>;
  /** A key that has a line already is a lost race. */
  addRefund(refund: SimulatedRefund): Promise<void>;
  /** Every refund of a charge, oldest first. */
  refundsOf(reference: string): Promise<readonly SimulatedRefund[]>;
}

export interface GatewayBookStores {
  readonly gatewayBook: GatewayBook;
  lock(key: string): Promise<void>;
}
