import type { Machine } from '../kernel/state-machine.ts';

export const DISPUTE_STATUSES = ['open', 'won', 'lost'] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

export const DISPUTE_TRIGGERS = ['win', 'lose'] as const;
export type DisputeTrigger = (typeof DISPUTE_TRIGGERS)[number];

/**
 * The life of a dispute (rules.md, "Billing"). News of one come in any order, so `won` is the last word: money
 * that was taken may be given back after all, and what was won is not lost by an older piece of news.
 */
export const disputeLifecycle: Machine<DisputeStatus, DisputeTrigger> = {
  name: 'dispute',
  initial: ['open'],
  table: {
    open: { win: 'won', lose: 'lost' },
    lost: { win: 'won' },
    won: {},
  },
};
