import type { MeterBill, MeterBillStore } from '../../../../src/billing/index.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const METER_BILLS: TableDefinition<MeterBill> = {
  name: 'meter_bills',
  key: ({ accountId, feature, unitPriceMinor, currency }) =>
    `${accountId} ${feature} ${unitPriceMinor} ${currency}`,
};

export function memoryMeterBills({ table }: MemoryTransaction): MeterBillStore {
  const bills = table(METER_BILLS);
  return {
    listOf: async (accountId) => bills.where((bill) => bill.accountId === accountId),
    save: async (bill) => {
      const stored = bills.get(METER_BILLS.key(bill));
      if ((stored?.version ?? 0) !== bill.version - 1)
        throw new LostRace(`the bill of ${bill.feature} of ${bill.accountId} moved on`);
      bills.put(bill);
    },
  };
}
