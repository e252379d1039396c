import { setTimeout as pause } from 'node:timers/promises';
import type { PurchaseStores, Refund } from '../../src/billing/index.ts';
import { billingPolicy } from '../../src/billing/index.ts';
import { refundableMinor } from '../../src/billing/money-back.ts';
import { requestedRefund } from '../../src/billing/refund.ts';
import { refusals } from '../../src/billing/refusals.ts';
import { money } from '../../src/kernel/money.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { billingOn, randomIds } from '../world/billing.ts';
import { NOW } from '../world/subscriptions.ts';
import type { Scenario } from './scenario.ts';

export interface RefundSettings {
  /** The naive clerk sums up first, and writes down what still fitted then. */
  readonly naive: boolean;
}

export interface RefundInput {
  readonly paymentId: string;
  readonly amount: string;
}

const ADMIN = { kind: 'account', accountId: randomIds.next(), sessionId: 'desk', isAdmin: true } as const;

/** Clerks who give parts of one payment back; an outcome is the refund's status. */
const refundScenario: Scenario<RefundSettings, RefundInput, string> = ({ unitOfWork, settings }) => {
  const { billing } = billingOn(unitOfWork, { clock: { now: () => NOW } });
  return async (input) => {
    if (settings.naive) return (await refundNaively(unitOfWork, input)).status;
    const { result } = await billing.refundPayment({
      ...{ actor: ADMIN, endAccess: false, reason: null, idempotency: undefined },
      ...input,
    });
    return result.status;
  };
};

export default refundScenario;

async function refundNaively(
  unitOfWork: UnitOfWork<PurchaseStores>,
  { paymentId, amount }: RefundInput,
): Promise<Refund> {
  const amountMinor = Math.round(Number(amount) * 100);
  const { payment, left } = await unitOfWork.read(async ({ payments, refunds }) => {
    const found = await payments.find(paymentId);
    if (!found) throw refusals.notFound();
    const given = (await refunds.listOf(paymentId)).reduce((sum, row) => sum + row.amountMinor, 0);
    return { payment: found, left: refundableMinor(found) - given };
  });
  if (amountMinor > left) throw refusals.refundExceedsPayment(money(left, payment.currency));
  await pause(25);
  const why = { id: randomIds.next(), amountMinor, reason: 'naive', now: NOW, policy: billingPolicy };
  const refund = requestedRefund(payment, why);
  await unitOfWork.run(({ refunds }) => refunds.add(refund));
  return refund;
}
