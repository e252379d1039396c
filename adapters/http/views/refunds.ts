import { z } from 'zod';
import { REFUND_STATUSES, type Refund } from '../../../src/billing/index.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { money, toDecimal } from '../../../src/kernel/money.ts';
import { Currency, Decimal, Time, timeOf } from '../schemas.ts';

export const RefundView = z
  .object({
    id: z.string(),
    payment_id: z.string(),
    amount: Decimal,
    currency: Currency,
    status: z.enum(REFUND_STATUSES).meta({
      description: '`pending` while the gateway has not answered; it is asked again until it has.',
    }),
    reason: z.string(),
    failure_reason: z.string().nullable().meta({ description: 'Why a `failed` one did not go back.' }),
    created_at: Time,
    settled_at: Time.nullable(),
  })
  .meta({ id: 'Refund' });

export const refundView = (refund: Refund): z.input<typeof RefundView> => ({
  id: refund.id,
  payment_id: refund.paymentId,
  amount: toDecimal(money(refund.amountMinor, refund.currency)),
  currency: refund.currency,
  status: refund.status,
  reason: refund.reason,
  failure_reason: refund.failureReason,
  created_at: toRfc3339(refund.createdAt),
  settled_at: timeOf(refund.settledAt),
});
