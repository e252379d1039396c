import type { GatewayBook, SimulatedCharge, SimulatedRefund } from '../../../payments/simulated-book.ts';
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
  createdAt: 'number',
});

const REFUNDS = new RecordTable<SimulatedRefund>('simulated_refunds', {
  key: 'text',
  charge: 'text',
  amountMinor: 'number',
  createdAt: 'number',
});

const byTime = ['created_at', 'key'];

export const knexGatewayBook = (database: Database): GatewayBook => ({
  findCharge: (key) => CHARGES.find(database, { key }),
  findByReference: (reference) => CHARGES.find(database, { reference }),
  addCharge: (charge) => CHARGES.insert(database, [charge]),
  chargesOf: async (accountId) => {
    const rows = (await database
      .knex('simulated_charges')
      .where({ account_id: accountId })
      .orderBy(byTime)) as Row[];
    return rows.map((row) => CHARGES.fromRow(row));
  },
  findRefund: (key) => REFUNDS.find(database, { key }),
  addRefund: (refund) => REFUNDS.insert(database, [refund]),
  refundsOf: async (reference) => {
    const rows = (await database
      .knex('simulated_refunds')
      .where({ charge: reference })
      .orderBy(byTime)) as Row[];
    return rows.map((row) => REFUNDS.fromRow(row));
  },
});
