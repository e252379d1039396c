import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import { failCollection as failedCollection, isDue } from './collection.ts';
import type { FailedCollection } from './orders.ts';
import type { SubscriptionStores } from './ports.ts';
import type { Quote } from './purchase.ts';
import { quoteTerm } from './quote.ts';
import { quoteResumption } from './quote-resumption.ts';
import { heldNow, notBefore, record, type RecordDeps } from './record.ts';
import { refusals } from './refusals.ts';
import type { Subscription } from './subscription.ts';

export async function quoteCollection(
  stores: SubscriptionStores,
  { policy }: RecordDeps,
  { subscriptionId, now }: { readonly subscriptionId: string; readonly now: Instant },
): Promise<Quote | undefined> {
  const named = await stores.subscriptions.find(subscriptionId);
  if (!named) return undefined;
  await stores.lock(named.accountId);
  const stored = await stores.subscriptions.find(subscriptionId);
  if (!stored) return undefined;
  const { state: current } = heldNow(stored, now, policy);
  if (!isDue(current, now)) return undefined;
  if (current.status === 'paused') return quoteResumption(stores, { current, now });
  return quoteTerm(stores, policy, { current, now, by: 'calendar' });
}

const COLLECTOR: Actor = { kind: 'system', job: 'collect' };

export async function failCollection(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { accountId, subscriptionId, now: asked }: FailedCollection,
): Promise<Subscription> {
  await stores.lock(accountId);
  const stored = await stores.subscriptions.find(subscriptionId);
  if (stored?.accountId !== accountId) throw refusals.noCurrent();
  const { state, due } = heldNow(stored, asked, deps.policy);
  const now = notBefore(asked, state);
  const decided = failedCollection(state, now, deps.policy);
  return record(stores, deps, { stored, due, decided, actor: COLLECTOR, now });
}
