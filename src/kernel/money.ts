/** An amount in whole minor units (cents) of an ISO 4217 currency. */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** Digits behind the point, for the currencies that do not have two (ISO 4217). */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

const exponentOf = (currency: string): number => EXPONENTS[currency] ?? 2;

export function money(minor: number, currency: string): Money {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`not whole minor units: ${minor}`);
  return { minor, currency };
}

/** A decimal string with exactly the currency's digits, as the REST contract shows money: `"9.99"`. */
export function toDecimal({ minor, currency }: Money): string {
  const exponent = exponentOf(currency);
  const digits = Math.abs(minor)
    .toString()
    .padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const sign = minor < 0 ? '-' : '';
  return exponent === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-exponent)}`;
}

/** The money that a decimal text names; undefined when it is none, or finer than the currency. */
export function fromDecimal(text: string, currency: string): Money | undefined {
  const exponent = exponentOf(currency);
  const match = /^(\d{1,12})(?:\.(\d{1,3}))?$/.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > exponent) return undefined;
  return money(Number(whole + fraction.padEnd(exponent, '0')), currency);
}

/**
 * Splits whole minor units in proportion to weights (whole numbers ≥ 0, not all 0 unless there is nothing to
 * split) by the largest remainder; of equal remainders the earlier goes first. The parts sum to the total
 * exactly. Reckoned in bigints: an amount times milliseconds is beyond what a number holds.
 */
export function splitMinor(total: number, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((of, weight) => of + BigInt(weight), 0n);
  if (total === 0) return weights.map(() => 0);
  if (sum <= 0n || total < 0 || weights.some((weight) => weight < 0))
    throw new RangeError(`cannot split ${total} by ${weights.join(', ')}`);
  const shares = weights.map((weight, index) => {
    const product = BigInt(total) * BigInt(weight);
    return { index, part: product / sum, rest: product % sum };
  });
  const left = Number(BigInt(total) - shares.reduce((of, { part }) => of + part, 0n));
  const luckiest = [...shares].sort((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1,
  );
  const lucky = new Set(luckiest.slice(0, left).map(({ index }) => index));
  return shares.map(({ part, index }) => Number(part) + (lucky.has(index) ? 1 : 0));
}
