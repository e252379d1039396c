import type { Machine } from '../kernel/state-machine.ts';

export const PAYMENT_STATUSES = [
  'pending',
  'requires_action',
  'succeeded',
  'failed',
  'expired',
  'partially_refunded',
  'refunded',
  'disputed',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const PAYMENT_TRIGGERS = [
  'capture',
  'decline',
  'require-action',
  'expire',
  'refund-part',
  'refund-rest',
  'dispute',
  'win-dispute',
] as const;
export type PaymentTrigger = (typeof PAYMENT_TRIGGERS)[number];

/**
 * The life of a payment (rules.md, "Billing"). `capture` leads out of `failed` and `expired` too: money can
 * arrive after we gave it up. It is then booked as what it is, and goes back. A dispute that was lost leaves it
 * `disputed`; one that was won gives it back the state that its refunds make.
 */
export const paymentLifecycle: Machine<PaymentStatus, PaymentTrigger> = {
  name: 'payment',
  initial: ['pending', 'succeeded'],
  table: {
    pending: { capture: 'succeeded', decline: 'failed', 'require-action': 'requires_action' },
    requires_action: { capture: 'succeeded', decline: 'failed', expire: 'expired' },
    succeeded: { 'refund-part': 'partially_refunded', 'refund-rest': 'refunded', dispute: 'disputed' },
    failed: { capture: 'succeeded' },
    expired: { capture: 'succeeded' },
    partially_refunded: {
      'refund-part': 'partially_refunded',
      'refund-rest': 'refunded',
      dispute: 'disputed',
    },
    refunded: { dispute: 'disputed' },
    disputed: {
      'refund-part': 'disputed',
      'refund-rest': 'disputed',
      'win-dispute': ['succeeded', 'partially_refunded', 'refunded'],
    },
  },
};

/** The states of a purchase under way: an account has at most one. */
export const OPEN_STATUSES = ['pending', 'requires_action'] as const satisfies readonly PaymentStatus[];

export const isOpen = (status: PaymentStatus): boolean =>
  status === 'pending' || status === 'requires_action';
