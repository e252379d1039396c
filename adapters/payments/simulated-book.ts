import type { Instant } from '../../src/kernel/instant.ts';

/** A line of the simulated gateway's own book: what it decided about a key. Decided is decided for ever. */
export interface SimulatedCharge {
  /** The merchant's key. */
  readonly key: string;
  readonly reference: string;
  readonly accountId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly method: string;
  readonly description: string;
  readonly outcome: 'captured' | 'declined' | 'requires_action';
  readonly reason: string | null;
  readonly offSession: boolean;
  /** The method may be charged again without the payer. */
  readonly keepsMethod: boolean;
  /** The secret name of the page where the payer acts; null when nobody had to. */
  readonly checkoutId: string | null;
  readonly returnUrl: string | null;
  readonly createdAt: Instant;
  readonly version: number;
}

export interface SimulatedRefund {
  readonly key: string;
  /** The reference of the charge. */
  readonly charge: string;
  readonly amountMinor: number;
  readonly createdAt: Instant;
}

/** A payer's bank wants the money back. How it ends may be decided from the start; it shows when it is time. */
export interface SimulatedDispute {
  readonly id: string;
  /** The reference of the charge. */
  readonly charge: string;
  readonly amountMinor: number;
  readonly reason: string;
  readonly openedAt: Instant;
  readonly closesAt: Instant | null;
  readonly outcome: 'won' | 'lost' | null;
  readonly version: number;
}

/** One arrival of an event at the merchant's. An event that is sent twice has two. */
export interface SimulatedWebhook {
  readonly id: string;
  /** The body, as it is signed and sent. */
  readonly body: string;
  /** When it is to be sent; null when it was taken in. */
  readonly dueAt: Instant | null;
  readonly attempts: number;
  readonly createdAt: Instant;
}

/**
 * The book of a gateway that lives beside the product: written in transactions of its own, between ours, so
 * that a process killed after the capture and before our settlement leaves what a real gateway would.
 */
export interface GatewayBook {
  findCharge(key: string): Promise<SimulatedCharge | undefined>;
  findByReference(reference: string): Promise<SimulatedCharge | undefined>;
  findByCheckout(checkoutId: string): Promise<SimulatedCharge | undefined>;
  /** A key that has a line already is a lost race. */
  addCharge(charge: SimulatedCharge): Promise<void>;
  /** Stores a charge whose `version` is one above the stored one; any other is a lost race. */
  saveCharge(charge: SimulatedCharge): Promise<void>;
  /** Every charge of an account, oldest first. */
  chargesOf(accountId: string): Promise<readonly SimulatedCharge[]>;
  findRefund(key: string): Promise<SimulatedRefund | undefined>;
  /** A key that has a line already is a lost race. */
  addRefund(refund: SimulatedRefund): Promise<void>;
  /** Every refund of a charge, oldest first. */
  refundsOf(reference: string): Promise<readonly SimulatedRefund[]>;
  findDispute(id: string): Promise<SimulatedDispute | undefined>;
  addDispute(dispute: SimulatedDispute): Promise<void>;
  /** Stores a dispute whose `version` is one above the stored one; any other is a lost race. */
  saveDispute(dispute: SimulatedDispute): Promise<void>;
  /** Every dispute of a charge, oldest first. */
  disputesOf(reference: string): Promise<readonly SimulatedDispute[]>;
  addWebhooks(webhooks: readonly SimulatedWebhook[]): Promise<void>;
  saveWebhook(webhook: SimulatedWebhook): Promise<void>;
  /** At most `limit` webhooks whose `dueAt` has come, the longest due first. */
  dueWebhooks(now: Instant, limit: number): Promise<readonly SimulatedWebhook[]>;
  nextWebhookAt(until: Instant): Promise<Instant | undefined>;
}

export interface GatewayBookStores {
  readonly gatewayBook: GatewayBook;
  lock(key: string): Promise<void>;
}

/** How a dispute stands at an instant. */
export const disputeStatus = (
  { outcome, closesAt }: SimulatedDispute,
  now: Instant,
): 'open' | 'won' | 'lost' => (outcome !== null && closesAt !== null && closesAt <= now ? outcome : 'open');

export const refundedOf = (refunds: readonly SimulatedRefund[]): number =>
  refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
