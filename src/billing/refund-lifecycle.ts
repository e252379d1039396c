import type { Machine } from '../kernel/state-machine.ts';

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

export const REFUND_TRIGGERS = ['succeed', 'fail'] as const;
export type RefundTrigger = (typeof REFUND_TRIGGERS)[number];

/**
 * The life of a refund (rules.md, "Billing"): pending until the gateway has said what became of it. One that was
 * made at the gateway itself is only recorded, when it has happened.
 */
export const refundLifecycle: Machine<RefundStatus, RefundTrigger> = {
  name: 'refund',
  initial: ['pending', 'succeeded'],
  table: {
    pending: { succeed: 'succeeded', fail: 'failed' },
    succeeded: {},
    failed: {},
  },
};
