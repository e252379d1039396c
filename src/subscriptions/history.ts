import type { Instant } from '../kernel/instant.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

/** What the history shows of a subscription before and after an event. */
export type Snapshot = Pick<
  Subscription,
  'status' | 'planId' | 'startedAt' | 'endsAt' | 'cancelAtPeriodEnd' | 'pauseAtPeriodEnd' | 'autoRenew'
>;

/** One line of the append-only history: who did what, when it holds from, when it was written. */
export interface HistoryEntry {
  readonly id: string;
  readonly subscriptionId: string;
  readonly accountId: string;
  /** 1, 2, … within the account: the version of the state that the event led to. */
  readonly seq: number;
  readonly type: SubscriptionEvent['type'];
  readonly event: SubscriptionEvent;
  /** `account:…`, `system:…`: see kernel/actor.ts. */
  readonly actor: string;
  readonly before: Snapshot | null;
  readonly after: Snapshot;
  readonly effectiveAt: Instant;
  readonly recordedAt: Instant;
  /** The payment that this event carries out: one event per payment. */
  readonly paymentId: string | null;
}

/** The state's part that the history shows. */
export const snapshotOf = (state: Subscription): Snapshot => ({
  status: state.status,
  planId: state.planId,
  startedAt: state.startedAt,
  endsAt: state.endsAt,
  cancelAtPeriodEnd: state.cancelAtPeriodEnd,
  pauseAtPeriodEnd: state.pauseAtPeriodEnd,
  autoRenew: state.autoRenew,
});
