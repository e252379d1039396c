import { after, DAY, type Instant } from '../kernel/instant.ts';
import { allows } from '../kernel/state-machine.ts';
import { isSpent } from './collection.ts';
import type { Circumstances } from './policy.ts';
import { refusals } from './refusals.ts';
import type { RetoldRun, SubscriptionEvent } from './subscription-events.ts';
import { subscriptionLifecycle } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

export interface Pause {
  readonly type: 'pause';
  /** Null: at the end of the period with automatic renewal, else now. */
  readonly when: 'now' | 'period_end' | null;
  readonly resumesAt: Instant | null;
}

/** Pauses a running, paid term; the wish for the end of the period can be changed by wishing again. */
export function pause(
  state: Subscription,
  { when, resumesAt }: Pause,
  { now, policy }: Circumstances,
): readonly SubscriptionEvent[] {
  const { status, endsAt, autoRenew } = state;
  if (state.endedAt !== null) throw refusals.noCurrent();
  if (state.collectedBy !== 'usher') throw refusals.collectedElsewhere(state.collectedBy);
  // Behind the end the next term is being charged: what it pays for is to run.
  if (endsAt === null || endsAt <= now || !allows(subscriptionLifecycle, status, 'pause'))
    throw refusals.notPausable(status);
  const atEnd = when === null ? autoRenew : when === 'period_end';
  if (atEnd && !autoRenew) throw refusals.needsAutoRenew();
  const begin = atEnd ? endsAt : now;
  const latest = after(begin, policy.pauseMaxDays * DAY);
  if (resumesAt !== null && (resumesAt <= begin || resumesAt > latest))
    throw refusals.resumeOutOfRange({ after: begin, latest });
  if (!atEnd) return [{ type: 'paused', at: now, resumesAt }];
  if (state.pauseAtPeriodEnd && state.resumesAt === resumesAt) return [];
  return [{ type: 'pause-requested', at: now, resumesAt }];
}

/**
 * Takes back what is pending at the end of the period, all at once, or ends a pause. A pause with nothing left
 * is not ended here, but by paying: `nothing-to-resume`.
 */
export function resume(state: Subscription, now: Instant): readonly SubscriptionEvent[] {
  if (state.endedAt !== null) throw refusals.noCurrent();
  const withdrawn: SubscriptionEvent[] = [];
  if (state.cancelAtPeriodEnd) withdrawn.push({ type: 'cancellation-withdrawn', at: now });
  if (state.collectedBy !== 'usher' && withdrawn.length === 0)
    throw refusals.collectedElsewhere(state.collectedBy);
  if (state.pauseAtPeriodEnd) withdrawn.push({ type: 'pause-withdrawn', at: now });
  if (state.status === 'paused' && state.collectedBy === 'usher' && !isSpent(state))
    withdrawn.push({ type: 'resumed', at: now, run: rest(state, now) });
  if (withdrawn.length === 0) throw refusals.nothingToResume();
  return withdrawn;
}

/** What was left when the pause began runs on from `now`; the next term is counted from its end. */
export function rest({ endsAt, pausedAt, stretches }: Subscription, now: Instant): RetoldRun {
  if (endsAt === null || pausedAt === null) throw new Error('not paused');
  const shift = now - pausedAt;
  const end = after(endsAt, shift);
  return {
    anchor: end,
    terms: 0,
    endsAt: end,
    stretches: stretches.map((stretch) => ({
      ...stretch,
      start: after(stretch.start, shift),
      end: after(stretch.end, shift),
      // The rest of a term is no new one: what is counted per term goes on (`access.ts`).
      ...(stretch.start < pausedAt ? { began: stretch.began ?? stretch.start } : {}),
    })),
  };
}

/** The automatic end of a pause that has time left. */
export function nextResumption(state: Subscription): SubscriptionEvent | undefined {
  const { resumesAt } = state;
  if (resumesAt === null || state.collectedBy !== 'usher' || isSpent(state)) return undefined;
  return { type: 'resumed', at: resumesAt, run: rest(state, resumesAt) };
}
