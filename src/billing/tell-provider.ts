import type { Swept } from '../kernel/due.ts';
import type { Subscription } from '../subscriptions/index.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import {
  tellLater,
  told,
  telling,
  wishing,
  type ProviderSubscription,
  type Wish,
} from './provider-subscription.ts';

export interface TellProviderCommands {
  /**
   * Notes that the provider is to be told what became of one of our subscriptions: cancelled now, or at its
   * period's end, or no longer to be cancelled. What counts is the subscription as it is by now, so late and
   * repeated calls are as good as one. Nothing for a subscription that no provider collects.
   */
  followSubscription(of: { readonly accountId: string; readonly subscriptionId: string }): Promise<void>;
  /**
   * Tells providers of at most `limit` due wishes. Any number of processes may run it at once: each wish is
   * taken by one, and telling twice changes nothing there.
   */
  tellProviders(limit: number): Promise<Swept>;
}

export function tellProviderCommands(deps: BillingDeps): TellProviderCommands {
  const { unitOfWork, collector, clock, policy } = deps;

  /** The row, taken for the time of one call; undefined when it is no longer due. */
  const take = (row: ProviderSubscription): Promise<ProviderSubscription | undefined> =>
    unitOfWork.run(async (stores) => {
      await stores.lock(row.accountId);
      const now = clock.now();
      const current = await found(stores, row);
      if (!current || current.nextTellAt === null || current.nextTellAt > now) return undefined;
      const taken = telling(current, now, policy);
      await stores.providerSubscriptions.save(taken);
      return taken;
    });

  const settle = (taken: ProviderSubscription, isDone: boolean): Promise<void> =>
    unitOfWork.run(async (stores) => {
      await stores.lock(taken.accountId);
      const current = await found(stores, taken);
      // Meanwhile it ended, or something else is wanted: that is due by itself.
      if (!current || current.wish !== taken.wish || current.nextTellAt === null) return;
      const now = clock.now();
      await stores.providerSubscriptions.save(isDone ? told(current, now) : tellLater(current, now, policy));
    });

  return {
    followSubscription: ({ accountId, subscriptionId }) =>
      unitOfWork.run(async (stores) => {
        await stores.lock(accountId);
        const row = await stores.providerSubscriptions.findBySubscription(subscriptionId);
        const state = await stores.subscriptions.find(subscriptionId);
        if (!row || !state) return;
        const next = wishing(row, wishOf(state), clock.now());
        if (next !== row) await stores.providerSubscriptions.save({ ...next, version: row.version + 1 });
      }),

    tellProviders: async (limit) => {
      const due = await unitOfWork.read(({ providerSubscriptions }) =>
        providerSubscriptions.due(clock.now(), limit),
      );
      let done = 0;
      for (const row of due) {
        const taken = collector?.name === row.provider ? await take(row) : undefined;
        if (!collector || !taken || taken.wish === null) continue;
        await settle(taken, (await collector.tell(taken.providerId, taken.wish)) === 'done');
        done += 1;
      }
      return { done };
    },
  };
}

const found = (
  { providerSubscriptions }: PurchaseStores,
  { provider, providerId: id }: ProviderSubscription,
): Promise<ProviderSubscription | undefined> => providerSubscriptions.find({ provider, id });

function wishOf({ endedAt, cancelAtPeriodEnd }: Subscription): Wish {
  if (endedAt !== null) return 'cancel-now';
  return cancelAtPeriodEnd ? 'cancel-at-period-end' : 'keep';
}
