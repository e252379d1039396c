import { after, before, DAY, type Instant } from '../kernel/instant.ts';
import { allows } from '../kernel/state-machine.ts';
import type { PlanTerms } from './plan.ts';
import type { SubscriptionPolicy } from './policy.ts';
import { refusals } from './refusals.ts';
import type { Opening, PaidTerms, SubscriptionEvent } from './subscription-events.ts';
import { subscriptionLifecycle } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';
import { termEnd } from './term.ts';

/** How a subscription is opened: by a payment (or a free plan), as a trial, or while the payer must act. */
export type OpenAs =
  | { readonly as: 'paid'; readonly startsAt: Instant | null }
  | { readonly as: 'trial' }
  | { readonly as: 'incomplete' };

export type Command =
  | { readonly type: 'pay'; readonly terms: PlanTerms }
  | { readonly type: 'cancel'; readonly when: 'period_end' | 'now' }
  | { readonly type: 'resume' }
  | { readonly type: 'supersede' };

export interface Circumstances {
  readonly now: Instant;
  readonly policy: SubscriptionPolicy;
}

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
  const paid = firstTerm(anchor, terms);
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
  switch (command.type) {
    case 'pay':
      return pay(state, command.terms, circumstances);
    case 'cancel':
      return cancel(state, command.when, circumstances.now);
    case 'resume':
      return resume(state, circumstances.now);
    case 'supersede':
      return state.status === 'incomplete' ? [{ type: 'expired', at: circumstances.now }] : [];
  }
}

/** From when on a renewal is taken. */
const renewalOpensAt = (endsAt: Instant, { renewalWindowDays }: SubscriptionPolicy): Instant =>
  before(endsAt, renewalWindowDays * DAY);

/** A renewal, the end of a trial's freeness, the payment of a debt: one function for whoever pays. */
function pay(
  state: Subscription,
  terms: PlanTerms,
  { now, policy }: Circumstances,
): readonly SubscriptionEvent[] {
  const { status, endsAt } = state;
  if (status === 'incomplete') return [{ type: 'paid', at: now, paid: firstTerm(now, terms) }];
  const trigger = status === 'active' ? 'renew' : 'pay';
  if (endsAt === null || !allows(subscriptionLifecycle, status, trigger)) throw refusals.notRenewable(status);
  if (status === 'active' && now < renewalOpensAt(endsAt, policy))
    throw refusals.renewalTooEarly(renewalOpensAt(endsAt, policy));
  return [{ type: 'renewed', at: now, paid: prolongation(state, terms, { endsAt, now }) }];
}

/** From the old end while access is held, grace included; else from now, which is the new anchor. */
function prolongation(
  { anchor, terms: count, status }: Subscription,
  terms: PlanTerms,
  { endsAt, now }: { readonly endsAt: Instant; readonly now: Instant },
): PaidTerms {
  const longer =
    anchor === null
      ? firstTerm(endsAt, terms)
      : { anchor, terms: count + 1, endsAt: termEnd(anchor, terms.validity, count + 1) };
  const held = status !== 'past_due' || now < graceEnd(endsAt, terms);
  // A term shorter than the grace could lie wholly behind: what is paid for is never over already.
  return held && longer.endsAt > now ? longer : firstTerm(now, terms);
}

/** Until when a failed renewal leaves access. */
export const graceEnd = (endsAt: Instant, { graceDays }: PlanTerms): Instant =>
  after(endsAt, graceDays * DAY);

const firstTerm = (anchor: Instant, { validity }: PlanTerms): PaidTerms => ({
  anchor,
  terms: 1,
  endsAt: termEnd(anchor, validity, 1),
});

/** Only a running term can be left to its end; what waits, is paused or owes money ends now. */
function cancel(state: Subscription, when: 'period_end' | 'now', now: Instant): readonly SubscriptionEvent[] {
  if (when === 'period_end' && allows(subscriptionLifecycle, state.status, 'request-cancel'))
    return state.cancelAtPeriodEnd ? [] : [{ type: 'cancellation-requested', at: now }];
  if (!allows(subscriptionLifecycle, state.status, 'cancel-now')) throw refusals.noCurrent();
  return [{ type: state.status === 'incomplete' ? 'expired' : 'canceled', at: now }];
}

function resume(state: Subscription, now: Instant): readonly SubscriptionEvent[] {
  if (state.endedAt !== null) throw refusals.noCurrent();
  if (!state.cancelAtPeriodEnd) throw refusals.nothingToResume();
  return [{ type: 'cancellation-withdrawn', at: now }];
}
