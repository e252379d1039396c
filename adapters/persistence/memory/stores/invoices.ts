import type {
  Balance,
  BalanceStore,
  Invoice,
  InvoiceStore,
  LedgerEntry,
  LedgerStore,
  LedgerSum,
} from '../../../../src/billing/index.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { decodeCursor, pageOf, type Page, type PageRequest } from '../../../../src/kernel/page.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const INVOICES: TableDefinition<Invoice> = {
  name: 'invoices',
  key: ({ id }) => id,
  unique: {
    invoices_number: ({ number }) => number,
    invoices_payment: ({ paymentId }) => paymentId,
  },
};

interface Counter {
  readonly year: number;
  readonly last: number;
}

const COUNTERS: TableDefinition<Counter> = { name: 'invoice_counters', key: ({ year }) => String(year) };

const BALANCES: TableDefinition<Balance> = {
  name: 'billing_balances',
  key: ({ accountId, currency }) => `${accountId} ${currency}`,
};

const LEDGER: TableDefinition<LedgerEntry> = { name: 'ledger_entries', key: ({ id }) => id };

/** A page of rows, newest first. */
function newestFirst<Row extends { readonly id: string }>(
  rows: readonly Row[],
  at: (row: Row) => number,
  { limit, cursor }: PageRequest,
): Page<Row> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
  const behind = rows
    .filter((row) => !from || at(row) < Number(from.value) || (at(row) === from.value && row.id < from.id))
    .sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1));
  return pageOf(behind.slice(0, limit + 1), limit, (row) => ({ value: at(row), id: row.id }));
}

export function memoryInvoices({ table }: MemoryTransaction): InvoiceStore {
  const [invoices, counters] = [table(INVOICES), table(COUNTERS)];
  return {
    takeNumber: async (year) => {
      const last = (counters.get(String(year))?.last ?? 0) + 1;
      counters.put({ year, last });
      return last;
    },
    add: async (invoice) => invoices.insert(invoice),
    save: async (invoice) => invoices.update(invoice, (stored) => stored.version === invoice.version - 1),
    find: async (id) => invoices.get(id),
    eraseBillTo: async (accountId) => {
      for (const invoice of invoices.where((row) => row.accountId === accountId && row.billTo !== null))
        invoices.put({ ...invoice, billTo: null, version: invoice.version + 1 });
    },
    findByPayment: async (paymentId) => invoices.holder('invoices_payment', paymentId),
    list: async (accountId, request) =>
      newestFirst(
        invoices.where((invoice) => invoice.accountId === accountId),
        ({ issuedAt }) => issuedAt,
        request,
      ),
  };
}

export function memoryBalances({ table }: MemoryTransaction): BalanceStore {
  const balances = table(BALANCES);
  return {
    find: async (accountId, currency) => balances.get(`${accountId} ${currency}`),
    listOf: async (accountId) =>
      balances
        .where((balance) => balance.accountId === accountId)
        .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
    save: async (balance) => {
      const stored = balances.get(`${balance.accountId} ${balance.currency}`);
      if ((stored?.version ?? 0) !== balance.version - 1)
        throw new LostRace(`the balance of ${balance.accountId} moved on`);
      balances.put(balance);
    },
  };
}

export function memoryLedger({ table }: MemoryTransaction): LedgerStore {
  const ledger = table(LEDGER);
  return {
    append: async (entries) => {
      for (const entry of entries) ledger.insert(entry);
    },
    list: async (accountId, request) =>
      newestFirst(
        ledger.where((entry) => entry.accountId === accountId),
        ({ at }) => at,
        request,
      ),
    sums: async (accountId) => {
      const sums = new Map<string, LedgerSum>();
      for (const entry of ledger.all()) {
        if (accountId !== null && entry.accountId !== accountId) continue;
        const { account, currency, amountMinor } = entry;
        const key = `${account} ${currency}`;
        sums.set(key, { account, currency, minor: (sums.get(key)?.minor ?? 0) + amountMinor });
      }
      return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
    },
  };
}
