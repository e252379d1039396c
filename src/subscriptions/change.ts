import type { Instant } from '../kernel/instant.ts';
import { allows } from '../kernel/state-machine.ts';
import { firstTerm, sameLength } from './pay.ts';
import type { PlanTerms } from './plan.ts';
import { carried, prorate, unusedOf } from './prorate.ts';
import type { Proration } from './purchase.ts';
import { refusals } from './refusals.ts';
import type { Stretch } from './stretch.ts';
import type { PlanRef, Run, SubscriptionEvent } from './subscription-events.ts';
import { subscriptionLifecycle } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

/** A change of plan at the end of the period. */
export interface ChangeAtEnd {
  readonly type: 'schedule-change';
  readonly to: PlanRef;
  readonly from: PlanTerms;
  readonly terms: PlanTerms;
}

/** Time to be paid for by a change: the rest of a term, at a part of the price, or a whole one. */
export interface ChangeCharge extends Stretch {
  readonly prorated: boolean;
}

/** What a change of plan now costs and gives back, and what the subscription then runs on. */
export interface Reckoned {
  readonly charges: readonly ChangeCharge[];
  readonly credits: readonly Stretch[];
  /** Null in a trial, of which only the plan changes. */
  readonly run: Run | null;
}

/** Refuses a change of plan that the state, or the plans, do not admit. */
export function checkChange(
  state: Subscription,
  { to, from, terms }: Pick<ChangeAtEnd, 'to' | 'from' | 'terms'>,
): void {
  if (state.endedAt !== null) throw refusals.noCurrent();
  if (state.collectedBy !== 'usher') throw refusals.collectedElsewhere(state.collectedBy);
  if (!allows(subscriptionLifecycle, state.status, 'change-plan')) throw refusals.notChangeable(state.status);
  if (samePlan(state, to)) throw refusals.samePlan();
  if (from.price.currency !== terms.price.currency) throw refusals.currencyDiffers();
}

const samePlan = (a: PlanRef, b: PlanRef): boolean =>
  a.planId === b.planId && a.termsVersion === b.termsVersion;

/** Plans a change for the end of the period; choosing the present plan again withdraws it. */
export function scheduleChange(
  state: Subscription,
  change: ChangeAtEnd,
  now: Instant,
): readonly SubscriptionEvent[] {
  const { to } = change;
  const { scheduledChange, autoRenew, planId } = state;
  if (scheduledChange !== null && to.planId === planId) return [{ type: 'change-withdrawn', at: now }];
  checkChange(state, change);
  if (!autoRenew) throw refusals.needsAutoRenew();
  if (scheduledChange !== null && samePlan(scheduledChange, to)) return [];
  return [{ type: 'change-scheduled', at: now, to }];
}

/**
 * What a change now costs, reckoned at `at`, by the millisecond. With the same length of the
 * terms, period and anchor stay: the unused part of what was paid is credited and the same time charged at the
 * new price (`prorate`), or no money moves (`none`). With another length a new, full term begins at `at`; only
 * `prorate` credits what is unused. `full` always begins one, and credits nothing.
 */
export function reckonChange(
  state: Subscription,
  { from, terms }: Pick<ChangeAtEnd, 'from' | 'terms'>,
  { at, proration }: { readonly at: Instant; readonly proration: Proration },
): Reckoned {
  const { status, anchor, endsAt, terms: count, stretches } = state;
  if (status === 'trialing' || anchor === null || endsAt === null)
    return { charges: [], credits: [], run: null };
  const unused = proration === 'prorate' ? stretches.flatMap((stretch) => unusedOf(stretch, at) ?? []) : [];
  const credits = unused.map(({ carry: _, ...credit }) => credit);
  if (proration !== 'full' && sameLength(from.validity, terms.validity)) {
    const run = { anchor, terms: count, endsAt };
    if (proration === 'none') return { charges: [], credits, run };
    const { price, validity } = terms;
    const charges = unused.map((rest) => ({
      ...prorate(rest, { anchor, validity, priceMinor: price.minor }),
      ...carried(rest.carry ?? 0),
      prorated: true,
    }));
    return { charges, credits, run };
  }
  const { stretch, ...run } = firstTerm(at, terms, terms.price.minor);
  const carry = unused.reduce((sum, rest) => sum + (rest.carry ?? 0), 0);
  return { charges: [{ ...stretch, ...carried(carry), prorated: false }], credits, run };
}

/** The event of a change that was paid for: without a charge, what was paid for the time stays what it was. */
export function changed(
  state: Subscription,
  to: PlanRef,
  { run, paid, now }: { readonly run: Run | null; readonly paid: readonly Stretch[]; readonly now: Instant },
): SubscriptionEvent {
  const retold = run && { ...run, stretches: paid.length > 0 ? paid : state.stretches };
  return { type: 'changed', at: now, to, run: retold };
}
