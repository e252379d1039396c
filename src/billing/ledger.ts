import type { Instant } from '../kernel/instant.ts';
import type { Payment } from './payment.ts';
import type { Pricing } from './pricing.ts';

export const LEDGER_ACCOUNTS = [
  'cash',
  'revenue',
  'customer-credit',
  'refunds',
  'disputes',
  'unapplied',
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** One side of a transaction: debit above zero, credit below. */
export interface Posting {
  readonly account: LedgerAccount;
  readonly amountMinor: number;
}

/** A line of the append-only double-entry ledger. All lines of one transaction sum to 0. */
export interface LedgerEntry extends Posting {
  readonly id: string;
  readonly transactionId: string;
  readonly accountId: string;
  readonly currency: string;
  readonly reason: string;
  /** The payment, refund, dispute or invoice that moved the money. */
  readonly reference: string;
  readonly at: Instant;
}

export interface LedgerTransaction {
  readonly accountId: string;
  readonly currency: string;
  readonly reason: string;
  readonly reference: string;
  readonly at: Instant;
  readonly postings: readonly Posting[];
}

/**
 * An invoice that was paid: what came in and what was used of the balance is revenue, overage as well (the
 * invoice's lines tell them apart); what a credit left is owed.
 */
export const invoicePostings = (pricing: Pricing): readonly Posting[] => [
  { account: 'cash', amountMinor: pricing.dueMinor },
  { account: 'revenue', amountMinor: -pricing.totalMinor },
  { account: 'customer-credit', amountMinor: pricing.creditUsedMinor - pricing.creditLeftMinor },
];

/** Money that came in and bought nothing: it is owed back. */
export const unappliedPostings = (minor: number): readonly Posting[] => [
  { account: 'cash', amountMinor: minor },
  { account: 'unapplied', amountMinor: -minor },
];

/** Money that went back: of a sale, or what had bought nothing. */
export const refundPostings = (payment: Payment, minor: number): readonly Posting[] => [
  { account: 'cash', amountMinor: -minor },
  { account: payment.invoiceId === null ? 'unapplied' : 'refunds', amountMinor: minor },
];

/** What a purchase took of the account's balance is there again. */
export const creditReturnPostings = (minor: number): readonly Posting[] => [
  { account: 'customer-credit', amountMinor: -minor },
  { account: 'refunds', amountMinor: minor },
];

/** Money that a lost dispute took; `-minor` when it came back after all. */
export const disputePostings = (minor: number): readonly Posting[] => [
  { account: 'cash', amountMinor: -minor },
  { account: 'disputes', amountMinor: minor },
];
