import type { Instant } from '../kernel/instant.ts';
import { follow } from '../kernel/state-machine.ts';
import { disputeLifecycle, type DisputeStatus } from './dispute-lifecycle.ts';

/** A payer's objection to a charge, as their bank and the gateway handle it. */
export interface Dispute {
  readonly id: string;
  readonly paymentId: string;
  readonly accountId: string;
  /** How the gateway calls it. Unique. */
  readonly providerReference: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** In the gateway's word, such as `fraudulent`. */
  readonly reason: string;
  readonly status: DisputeStatus;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  readonly version: number;
}

/** What a payment tells about its newest dispute. */
export interface DisputeNote {
  readonly status: DisputeStatus;
  readonly reason: string;
}

/** The dispute after the gateway's decision; undefined when it tells nothing new. */
export function closed(dispute: Dispute, outcome: 'won' | 'lost', at: Instant): Dispute | undefined {
  const status = follow(disputeLifecycle, dispute.status, outcome === 'won' ? 'win' : 'lose');
  return status && { ...dispute, status, closedAt: at, version: dispute.version + 1 };
}
