import type { Ids } from '../kernel/ids.ts';
import { DAY, type Clock, type Instant } from '../kernel/instant.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { accessAt } from './access.ts';
import type { SubscriptionDetails } from './face.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { SubscriptionStores } from './ports.ts';
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
  const plan = await plans.find(state.planId);
  const version = await plans.findVersion(state.planId, state.termsVersion);
  if (!plan || !version) throw new Error(`subscription ${state.id} has lost its plan`);
  const { id, code, name, description } = plan;
  return {
    subscription: state,
    plan: { id, code, name, description },
    terms: version.terms,
    access: accessAt(state, version.terms, { now, policy }),
    daysLeft: daysLeft(state, now),
  };
}

/** Whole days, rounded up: the last hour still counts as a day. */
function daysLeft({ endsAt, endedAt }: Subscription, now: Instant): number | null {
  if (endedAt !== null) return 0;
  return endsAt === null ? null : Math.max(0, Math.ceil((endsAt - now) / DAY));
}
