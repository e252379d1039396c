import type {
  GatewayBook,
  SimulatedCharge,
  SimulatedDispute,
  SimulatedRefund,
  SimulatedWebhook,
} from '../../../payments/simulated-book.ts';
import { instant } from '../../../../src/kernel/instant.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const CHARGES = new RecordTable<SimulatedCharge>('simulated_charges', {
  key: 'text',
  reference: 'text',
  accountId: 'text',
  amountMinor: 'number',
  currency: 'text',
  method: 'text',
  description: 'text',
  outcome: 'text',
  reason: 'text',
  offSession: 'boolean',
  keepsMethod: 'boolean',
  checkoutId: 'text',
  returnUrl: 'text',
  createdAt: 'number',
  version: 'number',
});

const REFUNDS = new RecordTable<SimulatedRefund>('simulated_refunds', {
  key: 'text',
  charge: 'text',
  amountMinor: 'number',
  createdAt: 'number',
});

const DISPUTES = new RecordTable<SimulatedDispute>('simulated_disputes', {
  id: 'text',
  charge: 'text',
  amountMinor: 'number',
  reason: 'text',
  openedAt: 'number',
  closesAt: 'number',
  outcome: 'text',
  version: 'number',
});

const WEBHOOKS = new RecordTable<SimulatedWebhook>('simulated_webhooks', {
  id: 'text',
  body: 'text',
  dueAt: 'number',
  attempts: 'number',
  createdAt: 'number',
});

async function listed<T extends object>(
  database: Database,
  table: RecordTable<T>,
  { where, order }: { readonly where: Row; readonly order: readonly string[] },
): Promise<readonly T[]> {
  const rows = (await database
    .knex(table.name)
    .where(where)
    .orderBy([...order])) as Row[];
  return rows.map((row) => table.fromRow(row));
}

const byTime = ['created_at', 'key'];

export const knexGatewayBook = (database: Database): GatewayBook => ({
  findCharge: (key) => CHARGES.find(database, { key }),
  findByReference: (reference) => CHARGES.find(database, { reference }),
  findByCheckout: (checkoutId) => CHARGES.find(database, { checkout_id: checkoutId }),
  addCharge: (charge) => CHARGES.insert(database, [charge]),
  saveCharge: (charge) => CHARGES.update(database, { key: charge.key, version: charge.version - 1 }, charge),
  chargesOf: (accountId) => listed(database, CHARGES, { where: { account_id: accountId }, order: byTime }),
  findRefund: (key) => REFUNDS.find(database, { key }),
  addRefund: (refund) => REFUNDS.insert(database, [refund]),
  refundsOf: (charge) => listed(database, REFUNDS, { where: { charge }, order: byTime }),
  findDispute: (id) => DISPUTES.find(database, { id }),
  addDispute: (dispute) => DISPUTES.insert(database, [dispute]),
  saveDispute: (dispute) =>
    DISPUTES.update(database, { id: dispute.id, version: dispute.version - 1 }, dispute),
  disputesOf: (charge) => listed(database, DISPUTES, { where: { charge }, order: ['opened_at', 'id'] }),
  ...webhooks(database),
});

type WebhookPart = Pick<GatewayBook, 'addWebhooks' | 'saveWebhook' | 'dueWebhooks' | 'nextWebhookAt'>;

const webhooks = (database: Database): WebhookPart => ({
  addWebhooks: (added) => WEBHOOKS.insert(database, added),
  saveWebhook: (webhook) => WEBHOOKS.update(database, { id: webhook.id }, webhook),
  dueWebhooks: async (now, limit) => {
    const rows = (await database
      .knex('simulated_webhooks')
      .where('due_at', '<=', now)
      .orderBy(['due_at', 'id'])
      .limit(limit)) as Row[];
    return rows.map((row) => WEBHOOKS.fromRow(row));
  },
  nextWebhookAt: async (until) => {
    const row = (await database
      .knex('simulated_webhooks')
      .where('due_at', '<=', until)
      .min('due_at as at')
      .first()) as { at: unknown } | undefined;
    return row?.at === null || row?.at === undefined ? undefined : instant(Number(row.at));
  },
});
