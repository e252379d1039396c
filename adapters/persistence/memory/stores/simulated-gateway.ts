import type { GatewayBook, SimulatedCharge, SimulatedRefund } from '../../../payments/simulated-book.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const CHARGES: TableDefinition<SimulatedCharge> = {
  name: 'simulated_charges',
  key: (charge) => charge.key,
  unique: { simulated_charges_reference: (charge) => charge.reference },
};

const REFUNDS: TableDefinition<SimulatedRefund> = { name: 'simulated_refunds', key: (refund) => refund.key };

type Line = { readonly createdAt: number; readonly key: string };
const byTime = (a: Line, b: Line): number => a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1);

export function memoryGatewayBook({ table }: MemoryTransaction): GatewayBook {
  const charges = table(CHARGES);
  const refunds = table(REFUNDS);
  return {
    findCharge: async (key) => charges.get(key),
    findByReference: async (reference) => charges.holder('simulated_charges_reference', reference),
    addCharge: async (charge) => charges.insert(charge),
    chargesOf: async (accountId) => charges.where((charge) => charge.accountId === accountId).sort(byTime),
    findRefund: async (key) => refunds.get(key),
    addRefund: async (refund) => refunds.insert(refund),
    refundsOf: async (reference) => refunds.where(({ charge }) => charge === reference).sort(byTime),
  };
}
