import { decide } from './decide.ts';
import type { Target } from './orders.ts';
import type { SubscriptionStores } from './ports.ts';
import { heldNow, notBefore, record, type RecordDeps } from './record.ts';
import { isLive } from './subscription-lifecycle.ts';

export async function cancelNow(
  stores: SubscriptionStores,
  deps: RecordDeps,
  { accountId, subscriptionId, actor, now: asked }: Target,
): Promise<void> {
  await stores.lock(accountId);
  const stored = await stores.subscriptions.newest(accountId);
  if (stored?.id !== subscriptionId) return;
  const { state, due } = heldNow(stored, asked, deps.policy);
  if (!isLive(state.status)) return;
  const now = notBefore(asked, state);
  const decided = decide(state, { type: 'cancel', when: 'now' }, { now, policy: deps.policy });
  await record(stores, deps, { stored, due, decided, actor, now });
}
