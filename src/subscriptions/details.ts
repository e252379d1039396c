import type { Ids } from '../kernel/ids.ts';
import { DAY, type Clock, type Instant } from '../kernel/instant.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { accessAt } from './access.ts';
import { boughtTerms } from './bought.ts';
import type { SubscriptionDetails } from './face.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionStores } from './ports.ts';
import type { PlanRef } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

export interface DetailsDeps {
  readonly unitOfWork: UnitOfWork<SubscriptionStores>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: SubscriptionPolicy;
}

/** A state, advanced to `now`, with the plan and the terms that it was bought on. */
export async function detailsOf(
  { plans }: SubscriptionStores,
  { policy }: Pick<DetailsDeps, 'policy'>,
  { state, now }: { readonly state: Subscription; readonly now: Instant },
): Promise<SubscriptionDetails> {
  const { plan, terms } = await boughtTerms({ plans }, state);
  const { id, code, name, description } = plan;
  return {
    subscription: state,
    plan: { id, code, name, description },
    terms,
    scheduled: state.scheduledChange && (await named({ plans }, state.scheduledChange)),
    access: accessAt(state, terms, { now, policy }),
    daysLeft: daysLeft(state, now),
  };
}

async function named(
  stores: Pick<SubscriptionStores, 'plans'>,
  ref: PlanRef,
): Promise<SubscriptionDetails['scheduled']> {
  const { id, code, name } = (await boughtTerms(stores, ref)).plan;
  return { id, code, name };
}

/** Whole days, rounded up: the last hour still counts as a day. */
function daysLeft({ endsAt, endedAt, pausedAt }: Subscription, now: Instant): number | null {
  if (endedAt !== null) return 0;
  // In a pause none is used.
  return endsAt === null ? null : Math.max(0, Math.ceil((endsAt - (pausedAt ?? now)) / DAY));
}
