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
import { RecordTable, type Row } from '../columns.ts';
import { rawRows } from '../json-rows.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const INVOICES = new RecordTable<Invoice>('invoices', {
  id: 'text',
  number: 'text',
  accountId: 'text',
  paymentId: 'text',
  subscriptionId: 'text',
  issuedAt: 'number',
  currency: 'text',
  lines: 'json',
  subtotalMinor: 'number',
  discountMinor: 'number',
  creditMinor: 'number',
  totalMinor: 'number',
  creditUsedMinor: 'number',
  creditLeftMinor: 'number',
  dueMinor: 'number',
  refundedMinor: 'number',
  billTo: 'json',
  version: 'number',
});

const BALANCES = new RecordTable<Balance>('billing_balances', {
  accountId: 'text',
  currency: 'text',
  minor: 'number',
  version: 'number',
});

const LEDGER = new RecordTable<LedgerEntry>('ledger_entries', {
  id: 'text',
  transactionId: 'text',
  accountId: 'text',
  currency: 'text',
  account: 'text',
  amountMinor: 'number',
  reason: 'text',
  reference: 'text',
  at: 'number',
});

/** The row stays locked until the transaction ends, which is what keeps the numbers without gaps. */
const TAKE_NUMBER = `
  insert into invoice_counters (year, last) values (?, 1)
  on conflict (year) do update set last = invoice_counters.last + 1
  returning last`;

export const knexInvoices = (database: Database): InvoiceStore => ({
  takeNumber: async (year) => {
    const [row] = await rawRows(database, TAKE_NUMBER, [year]);
    return Number(row?.['last']);
  },
  add: (invoice) => INVOICES.insert(database, [invoice]),
  save: (invoice) => INVOICES.update(database, { id: invoice.id, version: invoice.version - 1 }, invoice),
  find: (id) => INVOICES.find(database, { id }),
  eraseBillTo: async (accountId) => {
    await database
      .knex('invoices')
      .where({ account_id: accountId })
      .whereNotNull('bill_to')
      .update({ bill_to: null, version: database.knex.raw('version + 1') });
  },
  findByPayment: (paymentId) => INVOICES.find(database, { payment_id: paymentId }),
  list: (accountId, request) =>
    keysetPage(database, INVOICES, request, {
      order: { field: 'issuedAt', direction: 'desc', kind: 'number' },
      where: (query) => query.where({ account_id: accountId }),
    }),
});

export const knexBalances = (database: Database): BalanceStore => ({
  find: (accountId, currency) => BALANCES.find(database, { account_id: accountId, currency }),
  listOf: async (accountId) => {
    const rows = (await database
      .knex('billing_balances')
      .where({ account_id: accountId })
      .orderBy('currency')) as Row[];
    return rows.map((row) => BALANCES.fromRow(row));
  },
  save: async (balance) => {
    const { accountId, currency, version } = balance;
    if (version > 1)
      return BALANCES.update(database, { account_id: accountId, currency, version: version - 1 }, balance);
    const added = await database
      .knex('billing_balances')
      .insert(BALANCES.toRow(balance))
      .onConflict(['account_id', 'currency'])
      .ignore()
      .returning('version');
    if (added.length === 0) throw new LostRace(`the balance of ${accountId} moved on`);
  },
});

export const knexLedger = (database: Database): LedgerStore => ({
  append: (entries) => LEDGER.insert(database, entries),
  list: (accountId, request) =>
    keysetPage(database, LEDGER, request, {
      order: { field: 'at', direction: 'desc', kind: 'number' },
      where: (query) => query.where({ account_id: accountId }),
    }),
  sums: async (accountId) => {
    const query = database
      .knex('ledger_entries')
      .select('account', 'currency')
      .sum({ minor: 'amount_minor' })
      .groupBy('account', 'currency')
      .orderBy(['account', 'currency']);
    if (accountId !== null) query.where({ account_id: accountId });
    const rows = (await query) as Row[];
    return rows.map((row): LedgerSum => ({
      account: row['account'] as LedgerSum['account'],
      currency: String(row['currency']),
      minor: Number(row['minor']),
    }));
  },
});
