/** Which of an account's meters, and at what price: a new price is a meter of its own. */
export interface Meter {
  readonly feature: string;
  /** Above 0 where there is anything to bill. */
  readonly unitPriceMinor: number;
  readonly currency: string;
}

/** What a meter shows, as an electricity meter does: all units ever used over the limit. */
export interface OverageReading extends Meter {
  readonly units: number;
}

/** How far a meter of an account was billed. Never beyond what it shows. */
export interface MeterBill extends Meter {
  readonly accountId: string;
  /** On invoices, all of them together. */
  readonly billedUnits: number;
  /** Set aside for the open payment `heldBy`, on top of those; 0 and null without one. */
  readonly heldUnits: number;
  readonly heldBy: string | null;
  readonly version: number;
}

/** A meter of which nothing was billed yet; it is stored from version 1 on. */
export const newMeterBill = (accountId: string, meter: Meter): MeterBill => ({
  accountId,
  feature: meter.feature,
  unitPriceMinor: meter.unitPriceMinor,
  currency: meter.currency,
  billedUnits: 0,
  heldUnits: 0,
  heldBy: null,
  version: 0,
});

export const isOf = (bill: MeterBill, { feature, unitPriceMinor, currency }: Meter): boolean =>
  bill.feature === feature && bill.unitPriceMinor === unitPriceMinor && bill.currency === currency;

/** What a meter shows beyond what was billed or set aside; nothing where the reading is older than the bill. */
export const unbilledUnits = ({ units }: OverageReading, { billedUnits, heldUnits }: MeterBill): number =>
  Math.max(0, units - billedUnits - heldUnits);

/** So many more units wait for a payment; an account has one open payment, so nothing else may be set aside. */
export function held(bill: MeterBill, units: number, paymentId: string): MeterBill {
  if (!Number.isSafeInteger(units) || units <= 0 || bill.heldBy !== null)
    throw new RangeError(`${bill.feature} of ${bill.accountId} cannot set ${units} aside`);
  return { ...bill, heldUnits: units, heldBy: paymentId, version: bill.version + 1 };
}

/** What was set aside is on an invoice. */
export const billed = (bill: MeterBill): MeterBill => ({
  ...released(bill),
  billedUnits: bill.billedUnits + bill.heldUnits,
});

/** What was set aside can be billed again. */
export const released = (bill: MeterBill): MeterBill => ({
  ...bill,
  heldUnits: 0,
  heldBy: null,
  version: bill.version + 1,
});
