import { after, before, DAY, type Instant } from '../kernel/instant.ts';
import { allows } from '../kernel/state-machine.ts';
import { collectAt, isDue, isSpent } from './collection.ts';
import type { PlanTerms, Validity } from './plan.ts';
import type { Circumstances, SubscriptionPolicy } from './policy.ts';
import { refusals } from './refusals.ts';
import type { PaidTerms, PlanRef, Run, SubscriptionEvent } from './subscription-events.ts';
import { subscriptionLifecycle } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';
import { termEnd } from './term.ts';

/** What is paid for one further term, and by whom. */
export interface Payment {
  readonly type: 'pay';
  /** The calendar pays what is due, from the old end; whoever pays themselves may do so ahead. */
  readonly by: 'payer' | 'calendar';
  readonly terms: PlanTerms;
  /** Net, in minor units. */
  readonly minor: number;
  /** Another plan than the present one, whose terms are `from`; null: the same. */
  readonly change: { readonly to: PlanRef; readonly from: PlanTerms } | null;
  /** Of what waited for its payer: a later start. */
  readonly startsAt: Instant | null;
}

/** A renewal, the end of a trial's freeness, the payment of a debt or of what waited: whoever pays. */
export function pay(
  state: Subscription,
  payment: Payment,
  { now, policy }: Circumstances,
): readonly SubscriptionEvent[] {
  const { status, endsAt } = state;
  const { terms, minor, startsAt } = payment;
  if (state.collectedBy !== 'usher') throw refusals.collectedElsewhere(state.collectedBy);
  if (status === 'incomplete') {
    const anchor = startsAt !== null && startsAt > now ? startsAt : now;
    return [{ type: 'paid', at: now, paid: firstTerm(anchor, terms, minor) }];
  }
  const trigger = status === 'active' ? 'renew' : 'pay';
  if (endsAt === null || !allows(subscriptionLifecycle, status, trigger)) throw refusals.notRenewable(status);
  // Switched off while it was on its way: it goes back, as after a cancellation.
  if (payment.by === 'calendar' && collectAt(state) === null) throw refusals.noCurrent();
  const opensAt = payment.by === 'calendar' ? endsAt : renewalOpensAt(endsAt, policy);
  // A debt can be paid at any time, and a trial ahead; the calendar does neither before its time.
  if (now < opensAt && (status === 'active' || payment.by === 'calendar'))
    throw refusals.renewalTooEarly(opensAt);
  const renewed = { type: 'renewed', at: now, paid: prolongation(state, payment, { endsAt, now }) } as const;
  return payment.change
    ? [{ type: 'changed', at: now, to: payment.change.to, run: null }, renewed]
    : [renewed];
}

/** Pays the first term behind a pause: it runs from now. */
export function payResumption(
  state: Subscription,
  { terms, minor, change }: Payment,
  now: Instant,
): readonly SubscriptionEvent[] {
  if (state.status !== 'paused' || !isSpent(state)) throw refusals.nothingToResume();
  const { stretch, ...run } = firstTerm(now, terms, minor);
  const resumed = { type: 'resumed', at: now, run: { ...run, stretches: [stretch] } } as const;
  return change ? [{ type: 'changed', at: now, to: change.to, run: null }, resumed] : [resumed];
}

/** From when on a renewal is taken. */
const renewalOpensAt = (endsAt: Instant, { renewalWindowDays }: SubscriptionPolicy): Instant =>
  before(endsAt, renewalWindowDays * DAY);

/**
 * From the old end while access is held, grace included; else from now, which is the new anchor. The calendar
 * catches up on missed terms one by one: each is counted from the anchor, also when it is over by now.
 */
export function prolongation(
  state: Subscription,
  { terms, minor, change, by }: Payment,
  { endsAt, now }: { readonly endsAt: Instant; readonly now: Instant },
): PaidTerms {
  // Access is held by the plan that was, also when the debt is paid on another.
  const present = change?.from ?? terms;
  const longer = nextTerm(state, { terms, validity: present.validity, endsAt });
  const held = state.status !== 'past_due' || now < graceEnd(endsAt, present);
  // A term shorter than the grace could lie wholly behind: what somebody pays for is never over already.
  if (!held || (by === 'payer' && longer.endsAt <= now)) return firstTerm(now, terms, minor);
  return { ...longer, stretch: { start: endsAt, end: longer.endsAt, minor } };
}

/** Counted from the anchor while the length stays; from the old end behind a trial or with another length. */
function nextTerm(
  { anchor, terms: count }: Subscription,
  { terms, validity, endsAt }: { terms: PlanTerms; validity: Validity; endsAt: Instant },
): Run {
  if (anchor === null || !sameLength(validity, terms.validity)) return firstRun(endsAt, terms);
  return { anchor, terms: count + 1, endsAt: termEnd(anchor, terms.validity, count + 1) };
}

export const sameLength = (a: Validity, b: Validity): boolean =>
  'days' in a ? 'days' in b && a.days === b.days : 'months' in b && a.months === b.months;

/** Until when a failed renewal leaves access. */
export const graceEnd = (endsAt: Instant, { graceDays }: PlanTerms): Instant =>
  after(endsAt, graceDays * DAY);

const firstRun = (anchor: Instant, { validity }: PlanTerms): Run => ({
  anchor,
  terms: 1,
  endsAt: termEnd(anchor, validity, 1),
});

export function firstTerm(anchor: Instant, terms: PlanTerms, minor: number): PaidTerms {
  const run = firstRun(anchor, terms);
  return { ...run, stretch: { start: anchor, end: run.endsAt, minor } };
}

/** Whether the next term would begin by now: then it is bought on what was scheduled. */
export const nextTermIsDue = (state: Subscription, now: Instant): boolean =>
  isDue(state, now) || (state.endsAt !== null && state.endsAt <= now);
