import type {
  GatewayBook,
  SimulatedCharge,
  SimulatedDispute,
  SimulatedRefund,
  SimulatedWebhook,
} from '../../../payments/simulated-book.ts';
import { earlier } from '../../../../src/kernel/instant.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const CHARGES: TableDefinition<SimulatedCharge> = {
  name: 'simulated_charges',
  key: (charge) => charge.key,
  unique: {
    simulated_charges_reference: (charge) => charge.reference,
    simulated_charges_checkout: (charge) => charge.checkoutId ?? undefined,
  },
};

const REFUNDS: TableDefinition<SimulatedRefund> = { name: 'simulated_refunds', key: (refund) => refund.key };
const DISPUTES: TableDefinition<SimulatedDispute> = { name: 'simulated_disputes', key: ({ id }) => id };
const WEBHOOKS: TableDefinition<SimulatedWebhook> = { name: 'simulated_webhooks', key: ({ id }) => id };

type Line = { readonly createdAt: number; readonly key: string };
const byTime = (a: Line, b: Line): number => a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1);

const byOpening = (a: SimulatedDispute, b: SimulatedDispute): number =>
  a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);

const byDue = (a: SimulatedWebhook, b: SimulatedWebhook): number =>
  (a.dueAt ?? 0) - (b.dueAt ?? 0) || (a.id < b.id ? -1 : 1);

export function memoryGatewayBook(transaction: MemoryTransaction): GatewayBook {
  const charges = transaction.table(CHARGES);
  const refunds = transaction.table(REFUNDS);
  const disputes = transaction.table(DISPUTES);
  return {
    findCharge: async (key) => charges.get(key),
    findByReference: async (reference) => charges.holder('simulated_charges_reference', reference),
    findByCheckout: async (checkoutId) => charges.holder('simulated_charges_checkout', checkoutId),
    addCharge: async (charge) => charges.insert(charge),
    saveCharge: async (charge) => charges.update(charge, ({ version }) => version === charge.version - 1),
    chargesOf: async (accountId) => charges.where((charge) => charge.accountId === accountId).sort(byTime),
    findRefund: async (key) => refunds.get(key),
    addRefund: async (refund) => refunds.insert(refund),
    refundsOf: async (reference) => refunds.where(({ charge }) => charge === reference).sort(byTime),
    findDispute: async (id) => disputes.get(id),
    addDispute: async (dispute) => disputes.insert(dispute),
    saveDispute: async (dispute) =>
      disputes.update(dispute, ({ version }) => version === dispute.version - 1),
    disputesOf: async (reference) => disputes.where(({ charge }) => charge === reference).sort(byOpening),
    ...webhookPart(transaction),
  };
}

type WebhookPart = Pick<GatewayBook, 'addWebhooks' | 'saveWebhook' | 'dueWebhooks' | 'nextWebhookAt'>;

function webhookPart({ table }: MemoryTransaction): WebhookPart {
  const webhooks = table(WEBHOOKS);
  const dueBy = (until: number): SimulatedWebhook[] =>
    webhooks.where(({ dueAt }) => dueAt !== null && dueAt <= until);
  return {
    addWebhooks: async (added) => {
      for (const webhook of added) webhooks.insert(webhook);
    },
    saveWebhook: async (webhook) => webhooks.update(webhook),
    dueWebhooks: async (now, limit) => dueBy(now).sort(byDue).slice(0, limit),
    nextWebhookAt: async (until) => {
      const due = dueBy(until).flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
      return due.length === 0 ? undefined : due.reduce(earlier);
    },
  };
}
