import type { Quote } from '../subscriptions/index.ts';
import {
  billed,
  held,
  isOf,
  newMeterBill,
  released,
  unbilledUnits,
  type Meter,
  type MeterBill,
  type OverageReading,
} from './meter-bill.ts';
import type { MeterStores } from './meter-ports.ts';

/** Use over a limit that a purchase pays for. */
export interface Overage extends Meter {
  readonly units: number;
}

/** In whole numbers, so that no count of units is too large to be exact. */
export const overageMinor = ({ units, unitPriceMinor }: Overage): number =>
  Number(BigInt(units) * BigInt(unitPriceMinor));

/**
 * Whether a purchase begins a term that is paid for, which is what settles the meters. A change of plan does when it
 * begins a whole term of its own; else whoever changes to and fro before each end never pays for what was used. For
 * the rest of the term that runs it does not: the invoice of the next term does. Nor does a trial, which asks for no
 * money; nor what starts later, which is given back in full when it is cancelled before, and would give the use away.
 */
function settlesMeters({ kind, charges }: Quote): boolean {
  switch (kind) {
    case 'start':
    case 'renewal':
    case 'collection':
    case 'resume':
      return true;
    case 'change':
      return charges.some(({ prorated }) => !prorated);
    case 'trial':
    case 'scheduled':
      return false;
  }
}

export interface MetersRead {
  readonly accountId: string;
  readonly quote: Quote;
  /** As they were before this unit of work: what was billed since is known by the store. */
  readonly readings: readonly OverageReading[];
  /** What the purchase may pay for overage at most, in minor units; what is beyond waits for the next. */
  readonly mostMinor: number;
}

/**
 * Sets aside for a payment what the meters show and nobody has billed, in the currency of the purchase. Behind the
 * account's lock, on the store's word of what was billed, so that each unit is billed once whoever reads the
 * meters at once.
 */
export async function setOverageAside(
  { meterBills }: MeterStores,
  paymentId: string,
  read: MetersRead,
): Promise<readonly Overage[]> {
  const { accountId, quote } = read;
  if (!settlesMeters(quote)) return [];
  const bills = await meterBills.listOf(accountId);
  const due = overageDue(bills, read);
  for (const { units, ...meter } of due) {
    const bill = bills.find((each) => isOf(each, meter)) ?? newMeterBill(accountId, meter);
    await meterBills.save(held(bill, units, paymentId));
  }
  return due;
}

/**
 * What a purchase would set aside; changes nothing. What an open payment holds counts as unbilled: another purchase
 * is made beside it only when it came to nothing, and then pays for that as well.
 */
export async function overageAhead(
  { meterBills }: MeterStores,
  read: MetersRead,
): Promise<readonly Overage[]> {
  if (!settlesMeters(read.quote)) return [];
  return overageDue((await meterBills.listOf(read.accountId)).map(released), read);
}

/** What is shown and not billed, up to the most that one purchase pays. */
function overageDue(
  bills: readonly MeterBill[],
  { accountId, quote, readings, mostMinor }: MetersRead,
): readonly Overage[] {
  const due: Overage[] = [];
  let leftMinor = mostMinor;
  for (const reading of billable(readings, quote)) {
    const { feature, unitPriceMinor, currency } = reading;
    const bill = bills.find((each) => isOf(each, reading)) ?? newMeterBill(accountId, reading);
    const units = Math.min(unbilledUnits(reading, bill), Math.floor(leftMinor / unitPriceMinor));
    if (units === 0) continue;
    const overage = { feature, unitPriceMinor, currency, units };
    leftMinor -= overageMinor(overage);
    due.push(overage);
  }
  return due;
}

/** What costs something in the currency of the purchase, in an order that does not depend on the asked. */
const billable = (readings: readonly OverageReading[], { price }: Quote): readonly OverageReading[] =>
  readings
    .filter(({ currency, unitPriceMinor }) => currency === price.currency && unitPriceMinor > 0)
    .sort((a, b) =>
      a.feature === b.feature ? a.unitPriceMinor - b.unitPriceMinor : a.feature < b.feature ? -1 : 1,
    );

/** A payment that may hold units of meters. */
export interface Holder {
  readonly id: string;
  readonly accountId: string;
}

/** The payment is settled: what it set aside is billed. In the transaction that settles it, and once. */
export const overageBilled = (stores: MeterStores, payment: Holder): Promise<void> =>
  conclude(stores, payment, billed);

/** The payment came to nothing: what it set aside can be billed again. Again it changes nothing. */
export const overageReleased = (stores: MeterStores, payment: Holder): Promise<void> =>
  conclude(stores, payment, released);

async function conclude(
  { meterBills }: MeterStores,
  { id, accountId }: Holder,
  next: (bill: MeterBill) => MeterBill,
): Promise<void> {
  for (const bill of await meterBills.listOf(accountId))
    if (bill.heldBy === id) await meterBills.save(next(bill));
}
