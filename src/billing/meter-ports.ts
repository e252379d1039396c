import type { MeterBill, OverageReading } from './meter-bill.ts';

/** What was used over the limits of plans: asked outside every unit of work. */
export interface Meters {
  /**
   * What an account's meters show: one reading for each feature, price and currency. A reading only grows, so
   * one that is out of date by the time it is used bills less, and never twice.
   */
  overageOf(accountId: string): Promise<readonly OverageReading[]>;
}

export interface MeterBillStore {
  /** All of an account's, in no promised order. */
  listOf(accountId: string): Promise<readonly MeterBill[]>;
  /** Stores one whose `version` is one above the stored one (1 for a new one); any other is a lost race. */
  save(bill: MeterBill): Promise<void>;
}

export interface MeterStores {
  readonly meterBills: MeterBillStore;
}
