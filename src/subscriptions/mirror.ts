import { openingOf, supersede } from './apply.ts';
import type { Mirroring } from './orders.ts';
import type { SubscriptionStores } from './ports.ts';
import { heldNow, notBefore, record, type RecordDeps } from './record.ts';
import { refusals } from './refusals.ts';
import type { Mirrored, SubscriptionEvent } from './subscription-events.ts';
import { isLive } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

export async function mirror(
  stores: SubscriptionStores,
  deps: RecordDeps,
  mirroring: Mirroring,
): Promise<Subscription> {
  const { accountId, subscriptionId, given, actor } = mirroring;
  await stores.lock(accountId);
  if (subscriptionId === null) return begin(stores, deps, mirroring);
  const stored = await stores.subscriptions.find(subscriptionId);
  if (stored?.accountId !== accountId) throw refusals.noCurrent();
  // The history of what another followed is closed: versions are the account's, and its are past.
  if ((await stores.subscriptions.newest(accountId))?.id !== stored.id) return stored;
  const { state, due } = heldNow(stored, mirroring.now, deps.policy);
  const now = notBefore(mirroring.now, state);
  const decided = follow(state, given, now);
  return record(stores, deps, { stored, due, decided, actor, now });
}

/**
 * The facts that changed, and the end as such: whoever waits for an end need not know who collects. What is over
 * stays over, and only another word of its end completes its facts: the last invoice may be told behind it.
 */
function follow(state: Subscription, given: Mirrored, now: Subscription['changedAt']): SubscriptionEvent[] {
  const { status } = given;
  const isEnd = status === 'canceled' || status === 'expired';
  const isOver = !isLive(state.status);
  if (isOver && !isEnd) return [];
  const facts = isEnd ? { ...given, status: state.status } : given;
  const told: SubscriptionEvent[] = isSo(state, facts) ? [] : [{ type: 'mirrored', at: now, given: facts }];
  return isEnd && !isOver ? [...told, { type: status, at: now }] : told;
}

const isSo = (state: Subscription, given: Mirrored): boolean =>
  state.collectedBy === 'stripe' &&
  (Object.keys(given) as (keyof Mirrored)[]).every((fact) => state[fact] === given[fact]);

/**
 * The first that is heard of it, be it its end: then it is kept as what is over. Beside a live one only what
 * is over can be: there is nothing to begin, and what lives stays what counts.
 */
async function begin(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { accountId, given, actor, now: asked }: Mirroring,
): Promise<Subscription> {
  const plan = await stores.plans.hold(given.planId);
  const version = plan && (await stores.plans.findVersion(given.planId, given.termsVersion));
  if (!version) throw refusals.planUnavailable();
  const stored = await stores.subscriptions.newest(accountId);
  const held = stored && heldNow(stored, asked, deps.policy);
  if (held && isLive(held.state.status) && held.state.status !== 'incomplete') {
    if (isLive(given.status)) throw refusals.alreadyActive();
    return held.state;
  }
  const now = notBefore(asked, held?.state);
  const previousEvents = held ? await supersede(stores, deps, { held, purchase: { actor, now } }) : 0;
  const quote = { ...given, autoRenew: !given.cancelAtPeriodEnd };
  const opening = openingOf(deps, { accountId, quote, previousEvents });
  const decided: SubscriptionEvent[] = [{ type: 'mirroring-begun', at: now, opening, given }];
  return record(stores, deps, { stored: null, due: [], decided, actor, now });
}
