import { openingOf, supersede } from './apply.ts';
import { decide, open } from './decide.ts';
import type { Awaiting, Target } from './orders.ts';
import type { SubscriptionStores } from './ports.ts';
import { inTheWay } from './quote.ts';
import { heldNow, notBefore, record, type RecordDeps } from './record.ts';
import { refusals } from './refusals.ts';
import type { Subscription } from './subscription.ts';

export async function awaitPayer(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { accountId, quote, actor, now: asked }: Awaiting,
): Promise<Subscription> {
  await stores.lock(accountId);
  const plan = await stores.plans.hold(quote.planId);
  const version = plan && (await stores.plans.findVersion(quote.planId, quote.termsVersion));
  if (!version) throw refusals.planUnavailable();
  const stored = await stores.subscriptions.newest(accountId);
  const held = stored && heldNow(stored, asked, deps.policy);
  if (held && inTheWay(held.state)) throw refusals.alreadyActive();
  const now = notBefore(asked, held?.state);
  const previousEvents = held ? await supersede(stores, deps, { held, purchase: { actor, now } }) : 0;
  const opening = openingOf(deps, { accountId, quote, previousEvents });
  const decided = [open(opening, { as: 'incomplete' }, { terms: version.terms, now })];
  return record(stores, deps, { stored: null, due: [], decided, actor, now });
}

export async function abandonAwaited(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { accountId, subscriptionId, actor, now: asked }: Target,
): Promise<void> {
  await stores.lock(accountId);
  const stored = await stores.subscriptions.newest(accountId);
  if (stored?.id !== subscriptionId || stored.status !== 'incomplete') return;
  const { state, due } = heldNow(stored, asked, deps.policy);
  const now = notBefore(asked, state);
  const decided = decide(state, { type: 'supersede' }, { now, policy: deps.policy });
  await record(stores, deps, { stored, due, decided, actor, now });
}
