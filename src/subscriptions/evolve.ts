import { after, later, type Instant } from '../kernel/instant.ts';
import { unspent } from './stretch.ts';
import type { Mirrored, Opening, PaidTerms, RetoldRun, SubscriptionEvent } from './subscription-events.ts';
import { isLive } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

/** The state after an event. Pure bookkeeping: whether the event may happen was decided before. */
export const evolve = (state: Subscription | null, event: SubscriptionEvent): Subscription =>
  'opening' in event ? begun(event) : moved(state, event);

/** The state that a history tells: what is saved is always this. */
export const foldHistory = (events: readonly SubscriptionEvent[]): Subscription | null =>
  events.reduce<Subscription | null>(evolve, null);

type FirstEvent = Extract<SubscriptionEvent, { readonly opening: Opening }>;
type LaterEvent = Exclude<SubscriptionEvent, FirstEvent>;

function begun(event: FirstEvent): Subscription {
  const { at, opening } = event;
  switch (event.type) {
    case 'payment-awaited':
      return opened(opening, at, { status: 'incomplete' });
    case 'scheduled':
      return opened(opening, at, { status: 'scheduled', ...firstRun(event.paid, at) });
    case 'trial-started':
      return opened(opening, at, { status: 'trialing', startedAt: at, endsAt: event.endsAt });
    case 'started':
      return opened(opening, at, { status: 'active', ...firstRun(event.paid, at) });
    case 'mirroring-begun':
      return opened(opening, at, mirrored(event.given, at, null));
  }
}

/** What an event changes in a state. */
function changeBy(event: LaterEvent, state: Subscription): Partial<Subscription> {
  switch (event.type) {
    case 'mirrored':
      return mirrored(event.given, event.at, state);
    case 'paid':
      return {
        status: event.paid.anchor > event.at ? 'scheduled' : 'active',
        ...firstRun(event.paid, event.at),
      };
    case 'start-reached':
      return { status: 'active' };
    case 'renewed':
      return { status: 'active', ...prolonged(event.paid, event.at, state) };
    case 'renewal-failed':
      return { status: 'past_due', failures: state.failures + 1, retryAt: event.retryAt };
    case 'end-neared':
      return { remindedDays: event.days };
    case 'auto-renew-set':
      // A debt is tried at once: whoever switches it on again wants to keep it.
      return {
        autoRenew: true,
        ...(state.status === 'past_due' ? { retryAt: event.at, givesUpAt: null } : {}),
      };
    case 'auto-renew-unset':
      return { autoRenew: false, retryAt: null, givesUpAt: event.givesUpAt, ...withoutWishes(state) };
    case 'pause-requested':
      return { pauseAtPeriodEnd: true, resumesAt: event.resumesAt };
    case 'pause-withdrawn':
      return { pauseAtPeriodEnd: false, resumesAt: null };
    case 'paused':
      return { status: 'paused', pausedAt: event.at, resumesAt: event.resumesAt, pauseAtPeriodEnd: false };
    case 'resumed':
      return {
        status: 'active',
        pausedAt: null,
        resumesAt: null,
        ...resumedWith(event.run, event.at, state),
      };
    case 'resume-failed':
      return { resumesAt: null };
    case 'change-scheduled':
      return { scheduledChange: event.to };
    case 'change-withdrawn':
      return { scheduledChange: null };
    case 'changed':
      return { ...event.to, scheduledChange: null, ...changedTo(event.run, event.at, state) };
    case 'cancellation-requested':
      return { cancelAtPeriodEnd: true };
    case 'cancellation-withdrawn':
      return { cancelAtPeriodEnd: false };
    case 'canceled':
    case 'expired':
      return { status: event.type, endedAt: event.at, retryAt: null, givesUpAt: null, resumesAt: null };
  }
}

function opened(opening: Opening, at: Instant, given: Partial<Subscription>): Subscription {
  const { previousEvents, ...identity } = opening;
  return {
    ...identity,
    status: 'incomplete',
    createdAt: at,
    startedAt: null,
    collectedBy: 'usher',
    anchor: null,
    terms: 0,
    endsAt: null,
    remindFrom: at,
    remindedDays: null,
    cancelAtPeriodEnd: false,
    pauseAtPeriodEnd: false,
    stretches: [],
    pausedAt: null,
    resumesAt: null,
    scheduledChange: null,
    failures: 0,
    retryAt: null,
    givesUpAt: null,
    endedAt: null,
    changedAt: at,
    version: previousEvents + 1,
    ...given,
  };
}

function moved(state: Subscription | null, event: LaterEvent): Subscription {
  if (!state) throw new Error(`a history cannot begin with ${event.type}`);
  const next = {
    ...state,
    ...changeBy(event, state),
    changedAt: event.at,
    version: state.version + 1,
  };
  // In a pause no time is used.
  return { ...next, stretches: unspent(next.stretches, next.pausedAt ?? event.at) };
}

const firstRun = ({ stretch, ...run }: PaidTerms, at: Instant): Partial<Subscription> => ({
  ...run,
  stretches: [stretch],
  startedAt: run.anchor,
  remindFrom: later(at, run.anchor),
});

const prolonged = (
  { stretch, ...run }: PaidTerms,
  at: Instant,
  { endsAt, stretches }: Subscription,
): Partial<Subscription> => ({
  ...run,
  stretches: [...stretches, stretch],
  remindFrom: later(at, endsAt ?? at),
  remindedDays: null,
  cancelAtPeriodEnd: false,
  failures: 0,
  retryAt: null,
  givesUpAt: null,
});

/** What was left runs on, and its reminders with it; a term paid for behind a pause is a new one. */
function resumedWith(run: RetoldRun, at: Instant, state: Subscription): Partial<Subscription> {
  const { endsAt, pausedAt, remindFrom } = state;
  if (endsAt === null || pausedAt === null || endsAt <= pausedAt)
    return { ...run, remindFrom: at, remindedDays: null };
  return { ...run, remindFrom: after(remindFrom, run.endsAt - endsAt) };
}

function changedTo(run: RetoldRun | null, at: Instant, { endsAt }: Subscription): Partial<Subscription> {
  if (run === null) return {};
  return run.endsAt === endsAt ? run : { ...run, remindFrom: at, remindedDays: null };
}

/** A pause or a change at the period's end is nothing without the next period. */
const withoutWishes = ({ status, resumesAt }: Subscription): Partial<Subscription> => ({
  pauseAtPeriodEnd: false,
  resumesAt: status === 'paused' ? resumesAt : null,
  scheduledChange: null,
});

function mirrored(given: Mirrored, at: Instant, before: Subscription | null): Partial<Subscription> {
  return {
    ...given,
    collectedBy: 'stripe',
    autoRenew: !given.cancelAtPeriodEnd,
    endedAt: isLive(given.status) ? null : (before?.endedAt ?? at),
    ...(before?.endsAt === given.endsAt ? {} : { remindFrom: at, remindedDays: null }),
  };
}
