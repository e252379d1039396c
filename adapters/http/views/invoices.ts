import { z } from 'zod';
import type { Balance, Invoice, InvoiceLine, Pricing } from '../../../src/billing/index.ts';
import { toRfc3339, type Instant } from '../../../src/kernel/instant.ts';
import { toDecimal } from '../../../src/kernel/money.ts';
import { Currency, Decimal, Time, timeOf } from '../schemas.ts';

const LineView = z
  .object({
    kind: z.enum(['plan', 'proration', 'overage', 'discount', 'credit', 'balance']),
    description: z.string(),
    start: Time.nullable(),
    end: Time.nullable(),
    amount: Decimal.meta({ description: 'Charged when positive, given back when negative.' }),
  })
  .meta({ id: 'InvoiceLine' });

const lineView = (line: InvoiceLine, currency: string): z.input<typeof LineView> => ({
  kind: line.kind,
  description: line.description,
  start: timeOf(line.start),
  end: timeOf(line.end),
  amount: toDecimal({ minor: line.amountMinor, currency }),
});

const sums = {
  currency: Currency,
  lines: z.array(LineView).meta({
    description:
      'All but the `balance` lines sum to the total; all of them to what is due, or to what is left.',
  }),
  subtotal: Decimal.meta({ description: 'The charges, with what was used over the limits of meters.' }),
  discount: Decimal.meta({ description: 'Taken off the price of the plan; overage is not reduced.' }),
  credit: Decimal.meta({ description: 'Given back for unused time.' }),
  total: Decimal.meta({ description: 'subtotal − discount − credit; may be negative.' }),
  balance_used: Decimal.meta({ description: 'Taken from the balance of the account.' }),
  balance_added: Decimal.meta({ description: 'Left on the balance of the account, for the next invoice.' }),
};

type Summed = Omit<Pricing, 'nets' | 'dueMinor'>;

function sumsView(pricing: Summed, currency: string) {
  const decimal = (minor: number): string => toDecimal({ minor, currency });
  return {
    currency,
    lines: pricing.lines.map((line) => lineView(line, currency)),
    subtotal: decimal(pricing.subtotalMinor),
    discount: decimal(pricing.discountMinor),
    credit: decimal(pricing.creditMinor),
    total: decimal(pricing.totalMinor),
    balance_used: decimal(pricing.creditUsedMinor),
    balance_added: decimal(pricing.creditLeftMinor),
  };
}

export const InvoiceView = z
  .object({
    id: z.string(),
    number: z.string().meta({ description: 'Without gaps within a year of UTC.', examples: ['2026-000001'] }),
    issued_at: Time,
    ...sums,
    paid: Decimal.meta({ description: 'What was charged: total − balance_used + balance_added.' }),
    refunded: Decimal,
    bill_to: z.object({ name: z.string().nullable(), email: z.string() }).nullable(),
    payment_id: z.string(),
    subscription_id: z.string(),
  })
  .meta({ id: 'Invoice' });

export const invoiceView = (invoice: Invoice): z.input<typeof InvoiceView> => ({
  id: invoice.id,
  number: invoice.number,
  issued_at: toRfc3339(invoice.issuedAt),
  ...sumsView(invoice, invoice.currency),
  paid: toDecimal({ minor: invoice.dueMinor, currency: invoice.currency }),
  refunded: toDecimal({ minor: invoice.refundedMinor, currency: invoice.currency }),
  bill_to: invoice.billTo,
  payment_id: invoice.paymentId,
  subscription_id: invoice.subscriptionId,
});

/** What a change of plan costs: as previewed, or as invoiced. */
export const ChargesView = z
  .object({
    ...sums,
    due_now: Decimal,
    proration_date: Time.nullable().meta({
      description:
        'The instant it was reckoned with: sent back within the hour, the change costs the same, plus what was used over the limits of meters in between where it begins a whole new term.',
    }),
  })
  .meta({ id: 'Charges' });

export const chargesView = (
  pricing: Pricing,
  { currency, prorationDate }: { readonly currency: string; readonly prorationDate: Instant },
): z.input<typeof ChargesView> => ({
  ...sumsView(pricing, currency),
  due_now: toDecimal({ minor: pricing.dueMinor, currency }),
  proration_date: toRfc3339(prorationDate),
});

/** What a change at the end of the period costs before that: nothing. */
export function nothingDue(currency: string): z.input<typeof ChargesView> {
  const none = toDecimal({ minor: 0, currency });
  return {
    ...{ currency, lines: [], subtotal: none, discount: none, credit: none, total: none },
    ...{ balance_used: none, balance_added: none, due_now: none, proration_date: null },
  };
}

export const BalanceView = z
  .object({ currency: Currency, amount: Decimal })
  .meta({ id: 'Balance', description: 'Credit that the next invoice in this currency uses up.' });

export const balanceView = ({ currency, minor }: Balance): z.input<typeof BalanceView> => ({
  currency,
  amount: toDecimal({ minor, currency }),
});
