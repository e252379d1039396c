import type { Page, PageRequest } from '../kernel/page.ts';
import type { Balance } from './balance.ts';
import type { Invoice } from './invoice.ts';
import type { LedgerAccount, LedgerEntry } from './ledger.ts';

export interface InvoiceStore {
  /**
   * The next number of a year, from 1 on. Taken when this unit of work commits and given back when it fails,
   * so that none is ever missing: whoever asks meanwhile waits.
   */
  takeNumber(year: number): Promise<number>;
  /** Stores a new invoice; a number in use, or a second invoice of a payment, is a lost race. */
  add(invoice: Invoice): Promise<void>;
  /** Stores an invoice whose `version` is one above the stored one; any other is a lost race. */
  save(invoice: Invoice): Promise<void>;
  find(id: string): Promise<Invoice | undefined>;
  findByPayment(paymentId: string): Promise<Invoice | undefined>;
  /** Takes the names off all invoices of an account, each one version up; again it changes nothing. */
  eraseBillTo(accountId: string): Promise<void>;
  /** The account's invoices, newest first. */
  list(accountId: string, request: PageRequest): Promise<Page<Invoice>>;
}

export interface BalanceStore {
  find(accountId: string, currency: string): Promise<Balance | undefined>;
  /** All of an account's balances, by currency. */
  listOf(accountId: string): Promise<readonly Balance[]>;
  /** Stores a balance whose `version` is one above the stored one (1 for a new one); any other is a lost race. */
  save(balance: Balance): Promise<void>;
}

/** What all entries of one ledger account sum up to, in one currency. */
export interface LedgerSum {
  readonly account: LedgerAccount;
  readonly currency: string;
  readonly minor: number;
}

/** The append-only double-entry ledger. Only ledger.ts writes to it, whole transactions at a time. */
export interface LedgerStore {
  append(entries: readonly LedgerEntry[]): Promise<void>;
  /** The account's entries, newest first. */
  list(accountId: string, request: PageRequest): Promise<Page<LedgerEntry>>;
  /** Sums by ledger account and currency, in this order: of one account of ours, or (null) of all. */
  sums(accountId: string | null): Promise<readonly LedgerSum[]>;
}

/** Makes an invoice something to keep: a document of type `contentType`. Called outside every unit of work. */
export interface InvoicePrinter {
  readonly contentType: string;
  print(invoice: Invoice): Promise<Uint8Array>;
}

/** The books: what was invoiced, what is owed, and where the money is. */
export interface BookStores {
  readonly invoices: InvoiceStore;
  readonly balances: BalanceStore;
  readonly ledger: LedgerStore;
}
