import type { Part } from './burn.ts';
import type { MeterTerms } from './meter.ts';

/** How many units of a feature an account ever used over its limits at one price. It only grows, like an electricity meter. */
export interface OverageReading {
  readonly feature: string;
  /** In minor units of `currency`. */
  readonly unitPriceMinor: number;
  readonly currency: string;
  readonly units: number;
}

/** The feature, and what a unit over its limit costs. */
export type PricedOverage = Omit<OverageReading, 'units'>;

/** What units that were really used add to the readings: those over the limit, where that has a price. */
export function readingsOf(parts: readonly Part[], price: PricedOverage | null): readonly OverageReading[] {
  const units = parts.reduce((sum, part) => sum + (part.source === 'overage' ? part.units : 0), 0);
  return units === 0 || price === null ? [] : [{ ...price, units }];
}

export function priceOfOverage({ granted }: MeterTerms): PricedOverage | null {
  if (!granted?.overagePrice) return null;
  const { minor: unitPriceMinor, currency } = granted.overagePrice;
  return { feature: granted.feature, unitPriceMinor, currency };
}
