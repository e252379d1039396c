import { targets } from '../kernel/state-machine.ts';
import type { DisputeNote } from './dispute.ts';
import { paymentLifecycle, type PaymentStatus, type PaymentTrigger } from './payment-lifecycle.ts';
import type { Payment } from './payment.ts';

/** What can still be given back of a payment, in minor units. */
export const refundableMinor = ({ amountMinor, refundedMinor, refundingMinor }: Payment): number =>
  amountMinor - refundedMinor - refundingMinor;

const next = (payment: Payment, changes: Partial<Payment>): Payment => ({
  ...payment,
  ...changes,
  version: payment.version + 1,
});

/** So much is on its way back from now on; more than is left is a defect of the caller. */
export function refunding(payment: Payment, minor: number): Payment {
  if (minor <= 0 || minor > refundableMinor(payment))
    throw new RangeError(`payment ${payment.id} cannot give back ${minor}`);
  return next(payment, { refundingMinor: payment.refundingMinor + minor });
}

/** It did not go back after all. */
export const refundFailed = (payment: Payment, minor: number): Payment =>
  next(payment, { refundingMinor: arrived(payment, minor) });

/** What was on its way has gone back. */
export const refundedBy = (payment: Payment, minor: number): Payment =>
  given(payment, minor, { refundingMinor: arrived(payment, minor) });

/** Something went back at the gateway, without us. */
export function takenBack(payment: Payment, minor: number): Payment {
  if (minor > refundableMinor(payment))
    throw new RangeError(`payment ${payment.id} cannot have given back ${minor}`);
  return given(payment, minor, {});
}

function arrived({ id, refundingMinor }: Payment, minor: number): number {
  if (minor <= 0 || minor > refundingMinor)
    throw new RangeError(`of payment ${id} no ${minor} is on its way back`);
  return refundingMinor - minor;
}

function given(payment: Payment, minor: number, changes: Partial<Payment>): Payment {
  const refundedMinor = payment.refundedMinor + minor;
  const trigger = refundedMinor === payment.amountMinor ? 'refund-rest' : 'refund-part';
  return next(payment, { ...changes, refundedMinor, status: pulled(payment, trigger) });
}

/** The gateway gave back so much in all, as far as it told: it tells in no order, and never less than it did. */
export const toldRefunded = (payment: Payment, cumulativeMinor: number): Payment =>
  next(payment, {
    providerRefundedMinor: Math.min(
      Math.max(cumulativeMinor, payment.providerRefundedMinor),
      payment.amountMinor,
    ),
  });

/** What the gateway gave back and none of our refunds, done or pending, accounts for. */
export const outsideMinor = ({ providerRefundedMinor, refundedMinor, refundingMinor }: Payment): number =>
  Math.max(providerRefundedMinor - refundedMinor - refundingMinor, 0);

/** The payer objected: access is kept, and the payment is in dispute. */
export const disputedBy = (payment: Payment, dispute: DisputeNote): Payment =>
  next(payment, {
    dispute,
    status: payment.status === 'disputed' ? 'disputed' : pulled(payment, 'dispute'),
  });

/** News of the dispute of a payment that stays in dispute: lost, or not the only one. */
export const stillDisputed = (payment: Payment, dispute: DisputeNote): Payment => next(payment, { dispute });

/** No dispute stands against it any more: it is again what its refunds make it. */
export function undisputed(payment: Payment, dispute: DisputeNote): Payment {
  const { refundedMinor, amountMinor } = payment;
  const rest = refundedMinor === 0 ? 'succeeded' : 'partially_refunded';
  const status = refundedMinor === amountMinor ? 'refunded' : rest;
  return next(payment, { dispute, status: pulled(payment, 'win-dispute', status) });
}

/** The state that a trigger leads to; a trigger that the lifecycle refuses is a defect of the caller. */
function pulled({ id, status }: Payment, trigger: PaymentTrigger, wanted?: PaymentStatus): PaymentStatus {
  const reachable = targets(paymentLifecycle, status, trigger);
  const state = wanted === undefined ? reachable[0] : reachable.find((target) => target === wanted);
  if (!state) throw new Error(`payment ${id} is ${status}: no ${trigger}`);
  return state;
}
