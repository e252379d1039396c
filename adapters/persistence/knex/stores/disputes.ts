import type { Dispute, DisputeStore } from '../../../../src/billing/index.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const DISPUTES = new RecordTable<Dispute>('disputes', {
  id: 'text',
  paymentId: 'text',
  accountId: 'text',
  providerReference: 'text',
  amountMinor: 'number',
  currency: 'text',
  reason: 'text',
  status: 'text',
  openedAt: 'number',
  closedAt: 'number',
  version: 'number',
});

export const knexDisputes = (database: Database): DisputeStore => ({
  find: (id) => DISPUTES.find(database, { id }),
  findByReference: (reference) => DISPUTES.find(database, { provider_reference: reference }),
  listOf: async (paymentId) => {
    const rows = (await database
      .knex(DISPUTES.name)
      .where({ payment_id: paymentId })
      .orderBy(['opened_at', 'id'])) as Row[];
    return rows.map((row) => DISPUTES.fromRow(row));
  },
  add: (dispute) => DISPUTES.insert(database, [dispute]),
  save: (dispute) => DISPUTES.update(database, { id: dispute.id, version: dispute.version - 1 }, dispute),
});
