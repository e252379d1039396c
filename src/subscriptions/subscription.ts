import { later, type Instant } from '../kernel/instant.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';
import type { Opening, PaidTerms, SubscriptionEvent } from './subscription-events.ts';

/**
 * One account's hold on one plan, from purchase to its end. Times are half-open: at `endsAt` it is over.
 * Terms are counted from `anchor`, so that 31 January, 28 February, 31 March stay what they are.
 */
export interface Subscription {
  readonly id: string;
  readonly accountId: string;
  readonly planId: string;
  /** The terms it was bought on and keeps. */
  readonly termsVersion: number;
  readonly status: SubscriptionStatus;
  readonly createdAt: Instant;
  /** When access began, or will begin; null while unpaid. */
  readonly startedAt: Instant | null;
  /** What the terms are counted from; null while unpaid and in a trial. */
  readonly anchor: Instant | null;
  /** Terms paid since the anchor. */
  readonly terms: number;
  /** When what was paid for, or the trial, ends; null while unpaid. */
  readonly endsAt: Instant | null;
  /** When the last term begins, or was bought if that is later: no reminder of its end lies before. */
  readonly remindFrom: Instant;
  /** The nearest reminder of this end that fell due, in days before it. */
  readonly remindedDays: number | null;
  readonly autoRenew: boolean;
  readonly cancelAtPeriodEnd: boolean;
  readonly pauseAtPeriodEnd: boolean;
  /** When it was canceled or expired. */
  readonly endedAt: Instant | null;
  /** The effective time of the newest event: nothing happens before it. */
  readonly changedAt: Instant;
  /**
   * The account's events so far, those of its earlier subscriptions included: guards every save, orders the
   * history, and is greatest in the subscription that counts.
   */
  readonly version: number;
}

/** The state after an event. Pure bookkeeping: whether the event may happen was decided before. */
export function evolve(state: Subscription | null, event: SubscriptionEvent): Subscription {
  switch (event.type) {
    case 'payment-awaited':
      return opened(event.opening, event.at, { status: 'incomplete' });
    case 'scheduled':
      return opened(event.opening, event.at, { status: 'scheduled', ...firstRun(event.paid, event.at) });
    case 'trial-started':
      return opened(event.opening, event.at, {
        status: 'trialing',
        startedAt: event.at,
        endsAt: event.endsAt,
      });
    case 'started':
      return opened(event.opening, event.at, { status: 'active', ...firstRun(event.paid, event.at) });
    case 'paid':
      return changed(state, event, { status: 'active', ...firstRun(event.paid, event.at) });
    case 'start-reached':
      return changed(state, event, { status: 'active' });
    case 'renewed':
      return changed(state, event, { status: 'active', ...prolonged(event.paid, event.at, state) });
    case 'end-neared':
      return changed(state, event, { remindedDays: event.days });
    case 'cancellation-requested':
      return changed(state, event, { cancelAtPeriodEnd: true });
    case 'cancellation-withdrawn':
      return changed(state, event, { cancelAtPeriodEnd: false });
    case 'canceled':
    case 'expired':
      return changed(state, event, { status: event.type, endedAt: event.at });
  }
}

/** The state that a history tells: what is saved is always this. */
export const foldHistory = (events: readonly SubscriptionEvent[]): Subscription | null =>
  events.reduce<Subscription | null>(evolve, null);

function opened(opening: Opening, at: Instant, given: Partial<Subscription>): Subscription {
  const { previousEvents, ...identity } = opening;
  return {
    ...identity,
    status: 'incomplete',
    createdAt: at,
    startedAt: null,
    anchor: null,
    terms: 0,
    endsAt: null,
    remindFrom: at,
    remindedDays: null,
    autoRenew: false,
    cancelAtPeriodEnd: false,
    pauseAtPeriodEnd: false,
    endedAt: null,
    changedAt: at,
    version: previousEvents + 1,
    ...given,
  };
}

function changed(
  state: Subscription | null,
  event: SubscriptionEvent,
  change: Partial<Subscription>,
): Subscription {
  if (!state) throw new Error(`a history cannot begin with ${event.type}`);
  return { ...state, ...change, changedAt: event.at, version: state.version + 1 };
}

const firstRun = (paid: PaidTerms, at: Instant): Partial<Subscription> => ({
  ...paid,
  startedAt: paid.anchor,
  remindFrom: later(at, paid.anchor),
});

const prolonged = (paid: PaidTerms, at: Instant, before: Subscription | null): Partial<Subscription> => ({
  ...paid,
  remindFrom: later(at, before?.endsAt ?? at),
  remindedDays: null,
  cancelAtPeriodEnd: false,
});
