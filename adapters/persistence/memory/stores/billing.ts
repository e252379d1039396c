import { isOpen, type Payment, type PaymentStore } from '../../../../src/billing/index.ts';
import type { ClosedAccountStore, Refund, RefundStore } from '../../../../src/billing/index.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import { decodeCursor, pageOf } from '../../../../src/kernel/page.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const PAYMENTS: TableDefinition<Payment> = {
  name: 'payments',
  key: (payment) => payment.id,
  unique: {
    payments_one_open: (payment) => (isOpen(payment.status) ? payment.accountId : undefined),
    payments_gateway_key: (payment) => payment.gatewayKey,
  },
};

const REFUNDS: TableDefinition<Refund> = {
  name: 'refunds',
  key: (refund) => refund.id,
  unique: { refunds_gateway_key: (refund) => refund.gatewayKey },
};

interface ClosedAccount {
  readonly accountId: string;
  readonly closedAt: Instant;
}

const CLOSED_ACCOUNTS: TableDefinition<ClosedAccount> = {
  name: 'closed_accounts',
  key: ({ accountId }) => accountId,
};

const byTime = (a: Payment | Refund, b: Payment | Refund): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);

/** The due rows, the longest due first, and the earliest due time: the same for every table with due work. */
function dueOf<Row extends { readonly id: string }>(
  rows: () => Iterable<Row>,
  dueAt: (row: Row) => Instant | null,
) {
  const until = (end: Instant): { readonly row: Row; readonly at: Instant }[] =>
    [...rows()]
      .flatMap((row) => {
        const at = dueAt(row);
        return at === null || at > end ? [] : [{ row, at }];
      })
      .sort((a, b) => a.at - b.at || (a.row.id < b.row.id ? -1 : 1));
  return {
    due: async (now: Instant, limit: number) =>
      until(now)
        .slice(0, limit)
        .map(({ row }) => row),
    nextDueAt: async (end: Instant) => until(end)[0]?.at,
  };
}

export function memoryPayments({ table }: MemoryTransaction): PaymentStore {
  const payments = table(PAYMENTS);
  return {
    find: async (id) => payments.get(id),
    findOpen: async (accountId) => payments.holder('payments_one_open', accountId),
    findByGatewayKey: async (key) => payments.holder('payments_gateway_key', key),
    findByReference: async ({ gateway, reference }) =>
      payments.where((it) => it.gateway === gateway && it.gatewayReference === reference)[0],
    list: async (accountId, { limit, cursor }) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
      const rows = payments
        .where((payment) => payment.accountId === accountId)
        .sort((a, b) => byTime(b, a))
        .filter(
          ({ createdAt, id }) =>
            !from || createdAt < Number(from.value) || (createdAt === from.value && id < from.id),
        );
      return pageOf(rows.slice(0, limit + 1), limit, ({ createdAt, id }) => ({ value: createdAt, id }));
    },
    ofSubscription: async (of) =>
      payments
        .where(
          ({ accountId, subscriptionId }) =>
            accountId === of.accountId && subscriptionId === of.subscriptionId,
        )
        .sort(byTime),
    add: async (payment) => payments.insert(payment),
    save: async (payment) => payments.update(payment, (stored) => stored.version === payment.version - 1),
    ...dueOf(
      () => payments.all(),
      (payment) => payment.nextCheckAt,
    ),
  };
}

export function memoryRefunds({ table }: MemoryTransaction): RefundStore {
  const refunds = table(REFUNDS);
  return {
    find: async (id) => refunds.get(id),
    listOf: async (paymentId) => refunds.where((refund) => refund.paymentId === paymentId).sort(byTime),
    list: async (paymentId, { limit, cursor }) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
      const rows = refunds
        .where((refund) => refund.paymentId === paymentId)
        .sort((a, b) => byTime(b, a))
        .filter(
          ({ createdAt, id }) =>
            !from || createdAt < Number(from.value) || (createdAt === from.value && id < from.id),
        );
      return pageOf(rows.slice(0, limit + 1), limit, ({ createdAt, id }) => ({ value: createdAt, id }));
    },
    add: async (refund) => refunds.insert(refund),
    save: async (refund) => refunds.update(refund, (stored) => stored.version === refund.version - 1),
    ...dueOf(
      () => refunds.all(),
      (refund) => refund.nextTryAt,
    ),
  };
}

export function memoryClosedAccounts({ table }: MemoryTransaction): ClosedAccountStore {
  const closed = table(CLOSED_ACCOUNTS);
  return {
    close: async (accountId, closedAt) => {
      if (!closed.get(accountId)) closed.insert({ accountId, closedAt });
    },
    isClosed: async (accountId) => closed.get(accountId) !== undefined,
  };
}
