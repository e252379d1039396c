import { accessAt, noSubscription } from './access.ts';
import { advance } from './advance.ts';
import { detailsOf, type DetailsDeps } from './details.ts';
import type { SubscriptionQuestions } from './face.ts';
import { heldNow } from './record.ts';
import { foldHistory } from './subscription.ts';

export const subscriptionQuestions = (deps: DetailsDeps): SubscriptionQuestions => ({
  current: (accountId) =>
    deps.unitOfWork.read(async (stores) => {
      const stored = await stores.subscriptions.newest(accountId);
      if (!stored) return undefined;
      const now = deps.clock.now();
      return detailsOf(stores, deps, { state: heldNow(stored, now, deps.policy).state, now });
    }),

  accessOf: async (accountIds) => {
    const records = await deps.unitOfWork.read(({ subscriptions }) =>
      subscriptions.accessRecords(accountIds),
    );
    const { policy, clock } = deps;
    const now = clock.now();
    const byAccount = new Map(
      records.map(({ subscription, terms }) => {
        const { state } = heldNow(subscription, now, policy);
        return [subscription.accountId, accessAt(state, terms, { now, policy })] as const;
      }),
    );
    return accountIds.map((accountId) => byAccount.get(accountId) ?? noSubscription);
  },

  history: (accountId, request) =>
    deps.unitOfWork.read(({ subscriptionHistory }) => subscriptionHistory.list(accountId, request)),

  asOf: (accountId, at) =>
    deps.unitOfWork.read(async (stores) => {
      const entries = await stores.subscriptionHistory.until(accountId, at);
      const told = foldHistory(entries.map(({ event }) => event));
      return told
        ? detailsOf(stores, deps, { state: advance(told, at, deps.policy).state, now: at })
        : undefined;
    }),

  everSubscribed: (accountIds) =>
    deps.unitOfWork.read(async ({ subscriptions }) => new Set(await subscriptions.subscribers(accountIds))),

  nextDueAt: (until) => deps.unitOfWork.read(({ subscriptions }) => subscriptions.nextDueAt(until)),
});
