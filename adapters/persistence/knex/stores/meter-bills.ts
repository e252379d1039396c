import type { MeterBill, MeterBillStore } from '../../../../src/billing/index.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const METER_BILLS = new RecordTable<MeterBill>('meter_bills', {
  accountId: 'text',
  feature: 'text',
  unitPriceMinor: 'number',
  currency: 'text',
  billedUnits: 'number',
  heldUnits: 'number',
  heldBy: 'text',
  version: 'number',
});

const KEY = ['account_id', 'feature', 'unit_price_minor', 'currency'];

export const knexMeterBills = (database: Database): MeterBillStore => ({
  listOf: async (accountId) => {
    const rows = (await database.knex('meter_bills').where({ account_id: accountId })) as Row[];
    return rows.map((row) => METER_BILLS.fromRow(row));
  },
  save: async (bill) => {
    const { accountId, feature, unitPriceMinor, currency, version } = bill;
    const key = { account_id: accountId, feature, unit_price_minor: unitPriceMinor, currency };
    if (version > 1) return METER_BILLS.update(database, { ...key, version: version - 1 }, bill);
    const added = await database
      .knex('meter_bills')
      .insert(METER_BILLS.toRow(bill))
      .onConflict(KEY)
      .ignore()
      .returning('version');
    if (added.length === 0) throw new LostRace(`the bill of ${feature} of ${accountId} moved on`);
  },
});
