import { after, before, DAY, HOUR, later, type Instant } from '../kernel/instant.ts';
import { evolve } from './evolve.ts';
import { nextResumption } from './pause.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

/** A state and the events that led to it from the one before. */
export interface Advanced {
  readonly state: Subscription;
  readonly events: readonly SubscriptionEvent[];
}

/**
 * What fell due by `now`, in order, each with its own time: the answer does not depend on when, or how
 * often, somebody asks. Every command begins with this, so that nothing waits for a sweeper.
 */
export function advance(state: Subscription, now: Instant, policy: SubscriptionPolicy): Advanced {
  const events: SubscriptionEvent[] = [];
  let current = state;
  // Each event makes the next one a later one: a start, the end of a pause, each reminder once, an end.
  for (let next = nextDue(current, policy); next && next.at <= now; next = nextDue(current, policy)) {
    events.push(next);
    current = evolve(current, next);
  }
  return { state: current, events };
}

/** The event that comes by itself next, at the time written in it. What Stripe collects ends when Stripe says so. */
export function nextDue(state: Subscription, policy: SubscriptionPolicy): SubscriptionEvent | undefined {
  const { status, anchor, givesUpAt } = state;
  if (state.collectedBy !== 'usher')
    return status === 'trialing' || status === 'active' ? nextReminder(state, policy) : undefined;
  switch (status) {
    case 'incomplete':
      return { type: 'expired', at: after(state.createdAt, policy.incompleteHours * HOUR) };
    case 'scheduled':
      return anchor === null ? undefined : { type: 'start-reached', at: anchor };
    case 'trialing':
    case 'active':
      return nextReminder(state, policy) ?? nextEnd(state);
    case 'past_due':
      return givesUpAt === null ? undefined : { type: 'expired', at: givesUpAt };
    case 'paused':
      return nextResumption(state);
    case 'canceled':
    case 'expired':
      return undefined;
  }
}

function nextEnd(state: Subscription): SubscriptionEvent | undefined {
  const { endsAt, resumesAt, changedAt } = state;
  if (endsAt === null) return undefined;
  // Behind the end, while the next term is being charged, it can still be given up: then it ends there.
  const at = later(endsAt, changedAt);
  if (state.cancelAtPeriodEnd) return { type: 'canceled', at };
  if (!state.autoRenew) return { type: 'expired', at };
  // With automatic renewal the end waits for the outcome of the charge.
  return state.pauseAtPeriodEnd ? { type: 'paused', at, resumesAt } : undefined;
}

/** Reminders that would lie before the term they speak of are not owed: a 3-day plan has only the last one. */
function nextReminder(
  state: Subscription,
  { reminderDays }: SubscriptionPolicy,
): SubscriptionEvent | undefined {
  const { endsAt, remindFrom, remindedDays } = state;
  if (endsAt === null) return undefined;
  const owed = reminderDays.filter(
    (days) => before(endsAt, days * DAY) > remindFrom && (remindedDays === null || days < remindedDays),
  );
  if (owed.length === 0) return undefined;
  const days = Math.max(...owed);
  return { type: 'end-neared', at: before(endsAt, days * DAY), days };
}
