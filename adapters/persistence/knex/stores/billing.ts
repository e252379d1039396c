import type {
  ClosedAccountStore,
  Payment,
  PaymentStore,
  Refund,
  RefundStore,
} from '../../../../src/billing/index.ts';
import { instant, type Instant } from '../../../../src/kernel/instant.ts';
import { RecordTable, type Row } from '../columns.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const PAYMENTS = new RecordTable<Payment>('payments', {
  id: 'text',
  accountId: 'text',
  planId: 'text',
  intent: 'text',
  quote: 'json',
  pricing: 'json',
  amountMinor: 'number',
  currency: 'text',
  refundedMinor: 'number',
  refundingMinor: 'number',
  providerRefundedMinor: 'number',
  dispute: 'json',
  status: 'text',
  paymentMethod: 'text',
  gateway: 'text',
  gatewayKey: 'text',
  gatewayReference: 'text',
  checkoutUrl: 'text',
  requestKey: 'text',
  failureReason: 'text',
  subscriptionId: 'text',
  subscriptionEndAt: 'number',
  invoiceId: 'text',
  couponId: 'text',
  returnUrl: 'text',
  offSession: 'boolean',
  collectionOf: 'text',
  customer: 'text',
  createdAt: 'number',
  askedAt: 'number',
  settledAt: 'number',
  nextCheckAt: 'number',
  checks: 'number',
  version: 'number',
});

const REFUNDS = new RecordTable<Refund>('refunds', {
  id: 'text',
  paymentId: 'text',
  accountId: 'text',
  amountMinor: 'number',
  currency: 'text',
  reason: 'text',
  status: 'text',
  gatewayKey: 'text',
  failureReason: 'text',
  createdAt: 'number',
  settledAt: 'number',
  nextTryAt: 'number',
  tries: 'number',
  version: 'number',
});

/** The due rows, the longest due first, and the earliest due time: the same for every table with due work. */
function dueOf<T extends object>(database: Database, table: RecordTable<T>, column: string) {
  return {
    due: async (now: Instant, limit: number): Promise<readonly T[]> => {
      const rows = (await database
        .knex(table.name)
        .where(column, '<=', now)
        .orderBy([column, 'id'])
        .limit(limit)) as Row[];
      return rows.map((row) => table.fromRow(row));
    },
    nextDueAt: async (until: Instant): Promise<Instant | undefined> => {
      const query = database.knex(table.name).where(column, '<=', until).min({ at: column });
      const at = ((await query.first()) as Row | undefined)?.['at'] ?? undefined;
      return at === undefined ? undefined : instant(Number(at));
    },
  };
}

export const knexPayments = (database: Database): PaymentStore => ({
  find: (id) => PAYMENTS.find(database, { id }),
  findOpen: async (accountId) => {
    const row = (await database
      .knex('payments')
      .where({ account_id: accountId })
      .whereRaw("status in ('pending', 'requires_action')")
      .first()) as Row | undefined;
    return row && PAYMENTS.fromRow(row);
  },
  findByGatewayKey: (key) => PAYMENTS.find(database, { gateway_key: key }),
  findByReference: ({ gateway, reference }) =>
    PAYMENTS.find(database, { gateway, gateway_reference: reference }),
  list: (accountId, request) =>
    keysetPage(database, PAYMENTS, request, {
      order: { field: 'createdAt', direction: 'desc', kind: 'number' },
      where: (query) => query.where({ account_id: accountId }),
    }),
  ofSubscription: async ({ accountId, subscriptionId }) => {
    const rows = (await database
      .knex('payments')
      .where({ account_id: accountId, subscription_id: subscriptionId })
      .orderBy(['created_at', 'id'])) as Row[];
    return rows.map((row) => PAYMENTS.fromRow(row));
  },
  add: (payment) => PAYMENTS.insert(database, [payment]),
  save: (payment) => PAYMENTS.update(database, { id: payment.id, version: payment.version - 1 }, payment),
  ...dueOf(database, PAYMENTS, 'next_check_at'),
});

export const knexRefunds = (database: Database): RefundStore => ({
  find: (id) => REFUNDS.find(database, { id }),
  listOf: async (paymentId) => {
    const rows = (await database
      .knex('refunds')
      .where({ payment_id: paymentId })
      .orderBy(['created_at', 'id'])) as Row[];
    return rows.map((row) => REFUNDS.fromRow(row));
  },
  list: (paymentId, request) =>
    keysetPage(database, REFUNDS, request, {
      order: { field: 'createdAt', direction: 'desc', kind: 'number' },
      where: (query) => query.where({ payment_id: paymentId }),
    }),
  add: (refund) => REFUNDS.insert(database, [refund]),
  save: (refund) => REFUNDS.update(database, { id: refund.id, version: refund.version - 1 }, refund),
  ...dueOf(database, REFUNDS, 'next_try_at'),
});

export const knexClosedAccounts = ({ knex }: Database): ClosedAccountStore => ({
  close: async (accountId, at) => {
    await knex('closed_accounts')
      .insert({ account_id: accountId, closed_at: at })
      .onConflict('account_id')
      .ignore();
  },
  isClosed: async (accountId) => {
    const row: unknown = await knex('closed_accounts').where({ account_id: accountId }).first('account_id');
    return row !== undefined;
  },
});
