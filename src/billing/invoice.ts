import { toRfc3339, type Instant } from '../kernel/instant.ts';
import type { Payment } from './payment.ts';
import type { InvoiceLine } from './pricing.ts';

/** Who an invoice is made out to, as they were called when it was issued. */
export interface BillTo {
  readonly name: string | null;
  readonly email: string;
}

/** What was paid, and for what. Issued once, in the transaction that settles its payment. */
export interface Invoice {
  readonly id: string;
  /** `2026-000001`: without gaps within a year of UTC. */
  readonly number: string;
  readonly accountId: string;
  readonly paymentId: string;
  readonly subscriptionId: string;
  readonly issuedAt: Instant;
  readonly currency: string;
  readonly lines: readonly InvoiceLine[];
  readonly subtotalMinor: number;
  readonly discountMinor: number;
  readonly creditMinor: number;
  readonly totalMinor: number;
  readonly creditUsedMinor: number;
  readonly creditLeftMinor: number;
  /** What was paid by the payment. */
  readonly dueMinor: number;
  readonly refundedMinor: number;
  /** Null once the account is erased, or where nobody is known by it. */
  readonly billTo: BillTo | null;
  readonly version: number;
}

/** The year of UTC that an invoice is numbered in. */
export const yearOf = (at: Instant): number => Number(toRfc3339(at).slice(0, 4));

export const numberOf = (year: number, count: number): string =>
  `${year}-${count.toString().padStart(6, '0')}`;

export interface NewInvoice {
  readonly id: string;
  readonly number: string;
  readonly payment: Payment;
  readonly subscriptionId: string;
  readonly billTo: BillTo | null;
  readonly now: Instant;
}

export function invoiceFor({ payment, now, ...made }: NewInvoice): Invoice {
  const { nets: _, ...priced } = payment.pricing;
  return {
    ...made,
    ...priced,
    accountId: payment.accountId,
    paymentId: payment.id,
    issuedAt: now,
    currency: payment.currency,
    refundedMinor: 0,
    version: 1,
  };
}

/** Part or all of what was paid went back; more than was paid is a defect of the caller. */
export function invoiceRefunded(invoice: Invoice, minor: number): Invoice {
  const refundedMinor = invoice.refundedMinor + minor;
  if (minor <= 0 || refundedMinor > invoice.dueMinor)
    throw new RangeError(`invoice ${invoice.id} cannot give back ${minor}`);
  return { ...invoice, refundedMinor, version: invoice.version + 1 };
}
