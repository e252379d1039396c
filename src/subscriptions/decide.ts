import { after, DAY, type Instant } from '../kernel/instant.ts';
import { allows } from '../kernel/state-machine.ts';
import { scheduleChange, type ChangeAtEnd } from './change.ts';
import type { Circumstances } from './policy.ts';
import { pause, resume, type Pause } from './pause.ts';
import { firstTerm, graceEnd, pay, type Payment } from './pay.ts';
import type { PlanTerms } from './plan.ts';
import { refusals } from './refusals.ts';
import type { Opening, SubscriptionEvent } from './subscription-events.ts';
import { subscriptionLifecycle } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

/** How a subscription is opened: by a payment (or a free plan), as a trial, or while the payer must act. */
export type OpenAs =
  | { readonly as: 'paid'; readonly startsAt: Instant | null; readonly minor: number }
  | { readonly as: 'trial' }
  | { readonly as: 'incomplete' };

export type Command =
  | Payment
  | Pause
  | ChangeAtEnd
  | { readonly type: 'cancel'; readonly when: 'period_end' | 'now' }
  | { readonly type: 'resume' }
  | { readonly type: 'set-auto-renew'; readonly on: boolean; readonly terms: PlanTerms }
  | { readonly type: 'supersede' };

/** The first event of a subscription. A start that is not in the future is now. */
export function open(
  opening: Opening,
  how: OpenAs,
  { terms, now }: { terms: PlanTerms; now: Instant },
): SubscriptionEvent {
  if (how.as === 'incomplete') return { type: 'payment-awaited', at: now, opening };
  if (how.as === 'trial')
    return { type: 'trial-started', at: now, opening, endsAt: after(now, terms.trialDays * DAY) };
  const anchor = how.startsAt !== null && how.startsAt > now ? how.startsAt : now;
  const paid = firstTerm(anchor, terms, how.minor);
  return { type: anchor > now ? 'scheduled' : 'started', at: now, opening, paid };
}

/**
 * What a command makes happen to a subscription that was advanced to `now`; nothing when it is so already.
 * Refuses with the codes of refusals.ts whatever the lifecycle's table does not list.
 */
export function decide(
  state: Subscription,
  command: Command,
  circumstances: Circumstances,
): readonly SubscriptionEvent[] {
  const { now } = circumstances;
  switch (command.type) {
    case 'pay':
      return pay(state, command, circumstances);
    case 'cancel':
      return cancel(state, command.when, now);
    case 'resume':
      return resume(state, now);
    case 'pause':
      return pause(state, command, circumstances);
    case 'set-auto-renew':
      return setAutoRenew(state, command, now);
    case 'schedule-change':
      return scheduleChange(state, command, now);
    case 'supersede':
      return state.status === 'incomplete' ? [{ type: 'expired', at: now }] : [];
  }
}

/** Only a running term can be left to its end; what waits, is paused or owes money ends now. */
function cancel(state: Subscription, when: 'period_end' | 'now', now: Instant): readonly SubscriptionEvent[] {
  if (when === 'period_end' && allows(subscriptionLifecycle, state.status, 'request-cancel'))
    return state.cancelAtPeriodEnd ? [] : [{ type: 'cancellation-requested', at: now }];
  if (!allows(subscriptionLifecycle, state.status, 'cancel-now')) throw refusals.noCurrent();
  return [{ type: state.status === 'incomplete' ? 'expired' : 'canceled', at: now }];
}

/** A debt that is retried no more ends with its grace, or now if that is over. */
function setAutoRenew(
  state: Subscription,
  { on, terms }: { readonly on: boolean; readonly terms: PlanTerms },
  now: Instant,
): readonly SubscriptionEvent[] {
  const { status, endsAt, autoRenew, collectedBy } = state;
  if (state.endedAt !== null) throw refusals.noCurrent();
  if (collectedBy !== 'usher') throw refusals.collectedElsewhere(collectedBy);
  if (autoRenew === on) return [];
  if (on) return [{ type: 'auto-renew-set', at: now }];
  const unset = (givesUpAt: Instant | null): SubscriptionEvent => ({
    type: 'auto-renew-unset',
    at: now,
    givesUpAt,
  });
  if (status !== 'past_due' || endsAt === null) return [unset(null)];
  const over = graceEnd(endsAt, terms);
  return over > now ? [unset(over)] : [unset(null), { type: 'expired', at: now }];
}
