import type { AccountActor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Balance } from './balance.ts';
import type { BillingDeps } from './deps.ts';
import type { Invoice } from './invoice.ts';
import type { LedgerEntry } from './ledger.ts';
import type { LedgerSum } from './book-ports.ts';
import { refusals } from './refusals.ts';

/** An invoice as a document. */
export interface PrintedInvoice {
  readonly invoice: Invoice;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface InvoiceQuestions {
  /** The caller's invoices, newest first. */
  listInvoices(actor: AccountActor, request: PageRequest): Promise<Page<Invoice>>;
  /** One of the caller's invoices; anybody else's is as absent as one that does not exist. */
  findInvoice(actor: AccountActor, id: string): Promise<Invoice>;
  /** The same as a document; refuses alike. */
  printInvoice(actor: AccountActor, id: string): Promise<PrintedInvoice>;
  /** What the caller is owed, by currency: the next invoice uses it up. */
  balancesOf(actor: AccountActor): Promise<readonly Balance[]>;
  /** The ledger's entries about the caller, newest first. */
  listLedger(actor: AccountActor, request: PageRequest): Promise<Page<LedgerEntry>>;
  /** Sums by ledger account and currency over everybody: those of one currency always sum to 0. */
  trialBalance(): Promise<readonly LedgerSum[]>;
}

export function invoiceQuestions({ unitOfWork, printer }: BillingDeps): InvoiceQuestions {
  const find = async ({ accountId }: AccountActor, id: string): Promise<Invoice> => {
    const invoice = isId(id) ? await unitOfWork.read(({ invoices }) => invoices.find(id)) : undefined;
    if (invoice?.accountId !== accountId) throw refusals.notFound();
    return invoice;
  };
  return {
    listInvoices: ({ accountId }, request) =>
      unitOfWork.read(({ invoices }) => invoices.list(accountId, request)),
    findInvoice: find,
    printInvoice: async (actor, id) => {
      const invoice = await find(actor, id);
      return { invoice, contentType: printer.contentType, bytes: await printer.print(invoice) };
    },
    balancesOf: ({ accountId }) => unitOfWork.read(({ balances }) => balances.listOf(accountId)),
    listLedger: ({ accountId }, request) => unitOfWork.read(({ ledger }) => ledger.list(accountId, request)),
    trialBalance: () => unitOfWork.read(({ ledger }) => ledger.sums(null)),
  };
}
