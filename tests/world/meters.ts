import { ENTITLEMENTS } from '../../adapters/composition/keys.ts';
import type { Usher } from '../../adapters/composition/usher.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { Meter, Meters, OverageReading } from '../../src/billing/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';

/** Downloads at 0.05 each, when they are over the limit. */
export const DOWNLOADS: Meter = { feature: 'downloads', unitPriceMinor: 5, currency: 'USD' };

/** Meters that a test turns on; what they show only grows. */
export interface TurnedMeters extends Meters {
  use(accountId: string, units: number, meter?: Meter): void;
}

export function turnedMeters(): TurnedMeters {
  const shown = new Map<string, readonly OverageReading[]>();
  const of = (accountId: string): readonly OverageReading[] => shown.get(accountId) ?? [];
  return {
    overageOf: async (accountId) => of(accountId),
    use: (accountId, units, meter = DOWNLOADS) => {
      const isIt = (each: Meter): boolean =>
        each.feature === meter.feature &&
        each.unitPriceMinor === meter.unitPriceMinor &&
        each.currency === meter.currency;
      const before = of(accountId).find(isIt)?.units ?? 0;
      const others = of(accountId).filter((each) => !isIt(each));
      shown.set(accountId, [...others, { ...meter, units: before + units }]);
    },
  };
}

/** Meters to turn in the place of those of a whole product. */
export function metersOf({ get }: Pick<Usher, 'get'>): TurnedMeters {
  const meters = turnedMeters();
  Object.assign(get(ENTITLEMENTS), { overageOf: meters.overageOf });
  return meters;
}

/** What of one account's meters is on invoices, and what waits for an open payment, in minor units. */
export const overageBooks = (
  unitOfWork: UnitOfWork<AllStores>,
  accountId: string,
): Promise<{ readonly billed: number; readonly held: number; readonly invoiced: number }> =>
  unitOfWork.read(async ({ meterBills, invoices }) => {
    const bills = await meterBills.listOf(accountId);
    const { items } = await invoices.list(accountId, { limit: 100 });
    const lines = items.flatMap((invoice) => invoice.lines).filter(({ kind }) => kind === 'overage');
    return {
      billed: sum(bills.map((bill) => bill.billedUnits * bill.unitPriceMinor)),
      held: sum(bills.map((bill) => bill.heldUnits * bill.unitPriceMinor)),
      invoiced: sum(lines.map(({ amountMinor }) => amountMinor)),
    };
  });

const sum = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);
