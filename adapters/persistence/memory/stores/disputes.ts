import type { Dispute, DisputeStore } from '../../../../src/billing/index.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const DISPUTES: TableDefinition<Dispute> = {
  name: 'disputes',
  key: ({ id }) => id,
  unique: { disputes_provider_reference: ({ providerReference }) => providerReference },
};

export function memoryDisputes({ table }: MemoryTransaction): DisputeStore {
  const disputes = table(DISPUTES);
  return {
    find: async (id) => disputes.get(id),
    findByReference: async (reference) => disputes.holder('disputes_provider_reference', reference),
    listOf: async (paymentId) =>
      disputes
        .where((dispute) => dispute.paymentId === paymentId)
        .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1)),
    add: async (dispute) => disputes.insert(dispute),
    save: async (dispute) => disputes.update(dispute, (stored) => stored.version === dispute.version - 1),
  };
}
