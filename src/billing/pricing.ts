import type { Instant } from '../kernel/instant.ts';
import { splitMinor, toDecimal } from '../kernel/money.ts';
import type { Quote } from '../subscriptions/index.ts';
import { overageMinor, type Overage } from './overage.ts';

/**
 * A line of an invoice. What is charged is positive, what is given back negative. `balance` lines are not
 * part of the total: they tell how it was met from the account's balance (negative), or what a credit left
 * there (positive).
 */
export interface InvoiceLine {
  readonly kind: 'plan' | 'proration' | 'overage' | 'discount' | 'credit' | 'balance';
  readonly description: string;
  /** The time that is paid for or given back, half-open; null where a line is about none. */
  readonly start: Instant | null;
  readonly end: Instant | null;
  readonly amountMinor: number;
}

/** What a coupon takes off: a share in hundredths of a per cent (rounded half up), or an amount. Exactly one is set. */
export interface Reduction {
  readonly percentBasisPoints: number | null;
  readonly fixedMinor: number | null;
}

/**
 * What a purchase costs, line by line. `total = subtotal − discount − credit`, and
 * `due + creditUsed − creditLeft = total`. Plain data, so that it can wait beside its payment.
 */
export interface Pricing {
  readonly lines: readonly InvoiceLine[];
  /** The charges and the overage, before anything is taken off. */
  readonly subtotalMinor: number;
  readonly discountMinor: number;
  /** Unused time given back. */
  readonly creditMinor: number;
  /** Negative when more is given back than charged. */
  readonly totalMinor: number;
  /** Taken from the account's balance. */
  readonly creditUsedMinor: number;
  /** Put on the account's balance. */
  readonly creditLeftMinor: number;
  /** What is to be paid now. */
  readonly dueMinor: number;
  /** What is left of each charge of the quote after the discounts, in its order. */
  readonly nets: readonly number[];
}

export interface Priced {
  readonly quote: Quote;
  /** Use over the limits of plans: never discounted. */
  readonly overage: readonly Overage[];
  /** Each is reckoned on what the one before it left. */
  readonly discounts: readonly Reduction[];
  /** The account's balance in the quote's currency. */
  readonly creditMinor: number;
}

/**
 * Prices a quote. Pure: a preview and the later invoice come from the same call, so they are equal. Coupons take
 * off the plan's price alone: overage costs what it costs, and is paid from the balance like all else. It is no
 * time either, so it is not among the nets, and a change of plan gives nothing of it back.
 */
export function priceOf({ quote, overage, discounts, creditMinor: balance }: Priced): Pricing {
  const { currency } = quote.price;
  const reduced = reduce(
    quote.charges.map(({ minor }) => minor),
    discounts,
  );
  const subtotalMinor = sum([...quote.charges.map(({ minor }) => minor), ...overage.map(overageMinor)]);
  const discountMinor = sum(reduced.amounts);
  const creditMinor = sum(quote.credits.map(({ minor }) => minor));
  const totalMinor = subtotalMinor - discountMinor - creditMinor;
  const creditUsedMinor = Math.min(Math.max(totalMinor, 0), balance);
  const creditLeftMinor = Math.max(-totalMinor, 0);
  return {
    lines: [
      ...quote.charges.map(chargeLine),
      ...overage.map(overageLine),
      ...reduced.amounts.flatMap((minor, index) => discountLine(discounts[index], minor, currency)),
      ...quote.credits.map(creditLine),
      ...balanceLines(creditUsedMinor, creditLeftMinor),
    ],
    subtotalMinor,
    discountMinor,
    creditMinor,
    totalMinor,
    creditUsedMinor,
    creditLeftMinor,
    dueMinor: Math.max(totalMinor, 0) - creditUsedMinor,
    nets: reduced.nets,
  };
}

const sum = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);

/** What each discount takes off, and what is left of each charge: taken off in proportion, to the last unit. */
function reduce(
  charges: readonly number[],
  discounts: readonly Reduction[],
): { readonly nets: readonly number[]; readonly amounts: readonly number[] } {
  let nets = charges;
  const amounts: number[] = [];
  for (const discount of discounts) {
    const off = Math.min(amountOff(discount, sum(nets)), sum(nets));
    const parts = off === 0 ? [] : splitMinor(off, nets);
    nets = nets.map((net, index) => net - (parts[index] ?? 0));
    amounts.push(off);
  }
  return { nets, amounts };
}

/** In whole numbers, so that no amount is too large to be exact. */
const amountOff = ({ percentBasisPoints, fixedMinor }: Reduction, of: number): number =>
  percentBasisPoints === null
    ? (fixedMinor ?? 0)
    : Number((BigInt(of) * BigInt(percentBasisPoints) + 5_000n) / 10_000n);

const chargeLine = ({ start, end, minor, planName, prorated }: Quote['charges'][number]): InvoiceLine => ({
  kind: prorated ? 'proration' : 'plan',
  description: prorated ? `${planName}, remaining time` : planName,
  start,
  end,
  amountMinor: minor,
});

const noTime = { start: null, end: null } as const;

const overageLine = (overage: Overage): InvoiceLine => ({
  kind: 'overage',
  description: `${grouped(overage.units)} × ${overage.feature.replaceAll(/[-_]/g, ' ')} over the limit`,
  ...noTime,
  amountMinor: overageMinor(overage),
});

/** `1,250`: in threes, for everybody. */
const grouped = (units: number): string => units.toString().replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** What of a pricing is overage, not time. */
export const overageOf = ({ lines }: Pricing): number =>
  sum(lines.filter(({ kind }) => kind === 'overage').map(({ amountMinor }) => amountMinor));

const creditLine = ({ start, end, minor, planName }: Quote['credits'][number]): InvoiceLine => ({
  kind: 'credit',
  description: `${planName}, unused time`,
  start,
  end,
  amountMinor: -minor,
});

function discountLine(
  discount: Reduction | undefined,
  minor: number,
  currency: string,
): readonly InvoiceLine[] {
  if (!discount || minor === 0) return [];
  const { percentBasisPoints } = discount;
  const size =
    percentBasisPoints === null
      ? `${toDecimal({ minor: discount.fixedMinor ?? 0, currency })} ${currency}`
      : `${percentBasisPoints / 100} %`;
  return [{ kind: 'discount', description: `Discount of ${size}`, ...noTime, amountMinor: -minor }];
}

function balanceLines(usedMinor: number, leftMinor: number): readonly InvoiceLine[] {
  const line = (description: string, amountMinor: number): readonly InvoiceLine[] =>
    amountMinor === 0 ? [] : [{ kind: 'balance', description, ...noTime, amountMinor }];
  return [...line('Paid from your balance', -usedMinor), ...line('Added to your balance', leftMinor)];
}
