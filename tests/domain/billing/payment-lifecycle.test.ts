import { expect } from 'chai';
import { allows, statesOf, targets } from '../../../src/kernel/state-machine.ts';
import {
  isOpen,
  OPEN_STATUSES,
  PAYMENT_STATUSES,
  PAYMENT_TRIGGERS,
  paymentLifecycle,
  type PaymentStatus,
  type PaymentTrigger,
} from '../../../src/billing/payment-lifecycle.ts';
import {
  REFUND_STATUSES,
  REFUND_TRIGGERS,
  refundLifecycle,
  type RefundStatus,
  type RefundTrigger,
} from '../../../src/billing/refund-lifecycle.ts';

/** Every cell that leads anywhere, written out a second time; whatever is not here is refused. */
const PAYMENT_MOVES: readonly (readonly [PaymentStatus, PaymentTrigger, ...PaymentStatus[]])[] = [
  ['pending', 'capture', 'succeeded'],
  ['pending', 'decline', 'failed'],
  ['pending', 'require-action', 'requires_action'],
  ['requires_action', 'capture', 'succeeded'],
  ['requires_action', 'decline', 'failed'],
  ['requires_action', 'expire', 'expired'],
  ['succeeded', 'refund-part', 'partially_refunded'],
  ['succeeded', 'refund-rest', 'refunded'],
  ['succeeded', 'dispute', 'disputed'],
  ['partially_refunded', 'refund-part', 'partially_refunded'],
  ['partially_refunded', 'refund-rest', 'refunded'],
  ['partially_refunded', 'dispute', 'disputed'],
  ['refunded', 'dispute', 'disputed'],
  ['disputed', 'refund-part', 'disputed'],
  ['disputed', 'refund-rest', 'disputed'],
  ['disputed', 'win-dispute', 'succeeded', 'partially_refunded', 'refunded'],
  ['failed', 'capture', 'succeeded'],
  ['expired', 'capture', 'succeeded'],
];

const REFUND_MOVES: readonly (readonly [RefundStatus, RefundTrigger, RefundStatus])[] = [
  ['pending', 'succeed', 'succeeded'],
  ['pending', 'fail', 'failed'],
];

describe('the life of a payment', () => {
  for (const state of PAYMENT_STATUSES)
    for (const trigger of PAYMENT_TRIGGERS) {
      const move = PAYMENT_MOVES.find(([from, by]) => from === state && by === trigger);
      it(`${trigger} on ${state} ${move ? `leads to ${move.slice(2).join(' or ')}` : 'is refused'}`, () => {
        expect(allows(paymentLifecycle, state, trigger)).to.equal(move !== undefined);
        expect(targets(paymentLifecycle, state, trigger)).to.deep.equal(move ? move.slice(2) : []);
      });
    }

  it('has a row for each status', () => {
    expect(statesOf(paymentLifecycle)).to.have.members([...PAYMENT_STATUSES]);
  });

  it('is open while the outcome is', () => {
    expect(PAYMENT_STATUSES.filter(isOpen)).to.deep.equal([...OPEN_STATUSES]);
  });
});

describe('the life of a refund', () => {
  for (const state of REFUND_STATUSES)
    for (const trigger of REFUND_TRIGGERS) {
      const move = REFUND_MOVES.find(([from, by]) => from === state && by === trigger);
      it(`${trigger} on ${state} ${move ? `leads to ${move[2]}` : 'is refused'}`, () => {
        expect(targets(refundLifecycle, state, trigger)).to.deep.equal(move ? [move[2]] : []);
      });
    }
});
