import type { AccessLevel, DenialReason } from '../kernel/access-level.ts';
import { after, before, earlier, HOUR, type Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import { renewsItself } from './collection.ts';
import { graceEnd } from './pay.ts';
import { heightOf, type PlanFeature, type PlanTerms } from './plan.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';
import { termAt, type Term } from './term.ts';

/** What a subscription that gives access grants. */
export interface PlanGrant {
  readonly subscriptionId: string;
  readonly planId: string;
  readonly termsVersion: number;
  readonly status: SubscriptionStatus;
  readonly maxDevices: number;
  /** Greatest picture height in lines. */
  readonly maxHeight: number;
  readonly features: readonly PlanFeature[];
  /** What a term costs; 0: it is free. */
  readonly price: Money;
  /** When the subscription began. */
  readonly startedAt: Instant;
  /** Days and months of meters turn here; in a pause they stand still. */
  readonly anchor: Instant;
  /** How much of the running term lay in pauses, in milliseconds. */
  readonly pausedMs: number;
  /** The running term: what `per: term` counts in. */
  readonly term: Term;
}

/**
 * What an account may have now because of its subscription. `grant` is null exactly when `reason` is not:
 * the account then has what the free policy gives.
 */
export interface Access {
  readonly level: AccessLevel;
  readonly reason: DenialReason | null;
  /** The next instant at which this answer changes by itself; null when none is known. */
  readonly until: Instant | null;
  readonly grant: PlanGrant | null;
}

const denied = (reason: DenialReason, until: Instant | null = null): Access => ({
  level: 'free',
  reason,
  until,
  grant: null,
});

export const noSubscription: Access = denied('no_subscription');

/** What a subscription, advanced to `now`, gives. Computed, never stored: no sweeper can be late for it. */
export function accessAt(
  state: Subscription,
  terms: PlanTerms,
  { now, policy }: { readonly now: Instant; readonly policy: SubscriptionPolicy },
): Access {
  switch (state.status) {
    case 'incomplete':
      return denied('not_started');
    case 'scheduled':
      return denied('not_started', state.startedAt);
    case 'trialing':
    case 'active':
      return until(runEnd(state, policy), 'ended');
    case 'past_due':
      return until(state.endsAt && graceEnd(state.endsAt, terms), 'past_due_grace_over');
    case 'paused':
      return denied('paused');
    case 'canceled':
    case 'expired':
      return denied('ended');
  }

  function until(end: Instant | null, over: DenialReason): Access {
    if (end === null || now >= end) return denied(over);
    return { level: terms.accessLevel, reason: null, until: end, grant: grantOf(state, terms, now) };
  }
}

/** While the outcome of an automatic renewal is unknown, here or where it is collected, access goes on for a while. */
const runEnd = (state: Subscription, { unknownOutcomeHours }: SubscriptionPolicy): Instant | null =>
  state.endsAt !== null && renewsItself(state)
    ? after(state.endsAt, unknownOutcomeHours * HOUR)
    : state.endsAt;

const grantOf = (state: Subscription, terms: PlanTerms, now: Instant): PlanGrant => ({
  subscriptionId: state.id,
  planId: state.planId,
  termsVersion: state.termsVersion,
  status: state.status,
  maxDevices: terms.maxDevices,
  maxHeight: heightOf(terms.resolution),
  features: terms.features,
  price: terms.price,
  startedAt: state.startedAt ?? state.createdAt,
  anchor: after(meterAnchor(state, now), pausedMs(state, now)),
  pausedMs: pausedMs(state, now),
  term: runningTerm(state, terms, now),
});

/** By how much pauses moved the rest of the running term. */
function pausedMs({ anchor, stretches }: Subscription, now: Instant): number {
  if (anchor === null || anchor <= now) return 0;
  const running = stretches.find(({ start, end }) => start <= now && now < end);
  return running?.began === undefined ? 0 : running.start - running.began;
}

/** What days and months are counted from; an anchor that is yet to come turns nothing. */
const meterAnchor = ({ anchor, startedAt, createdAt }: Subscription, now: Instant): Instant =>
  anchor !== null && anchor <= now ? anchor : (startedAt ?? createdAt);

/**
 * A trial, and the trial that a paid term waits behind, is one term; behind a pause it is the stretch that runs
 * on; behind the paid end the last one stays.
 */
function runningTerm(state: Subscription, terms: PlanTerms, now: Instant): Term {
  const { startedAt, anchor, endsAt, createdAt, remindFrom, stretches } = state;
  const begun = startedAt ?? createdAt;
  if (anchor === null) return { start: begun, end: endsAt ?? begun };
  const at = endsAt === null ? now : earlier(now, before(endsAt, 1));
  if (at >= anchor) return termAt(anchor, terms.validity, at);
  const running = stretches.find(({ start, end }) => start <= at && at < end);
  if (running) return { start: running.began ?? running.start, end: running.end };
  return { start: state.terms > 0 ? begun : remindFrom, end: anchor };
}
