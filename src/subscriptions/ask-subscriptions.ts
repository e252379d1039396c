import { accessAt, noSubscription } from './access.ts';
import { advance } from './advance.ts';
import { decide } from './decide.ts';
import { detailsOf, type DetailsDeps } from './details.ts';
import { evolve, foldHistory } from './evolve.ts';
import type { SubscriptionQuestions } from './face.ts';
import { heldNow, notBefore } from './record.ts';
import { refusals } from './refusals.ts';
import { plannedChange } from './schedule-change.ts';
import { isLive } from './subscription-lifecycle.ts';

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

  nextCollectAt: (until) => deps.unitOfWork.read(({ subscriptions }) => subscriptions.nextCollectAt(until)),

  previewScheduledChange: ({ actor, planId }) =>
    deps.unitOfWork.read(async (stores) => {
      const now = deps.clock.now();
      const stored = await stores.subscriptions.newest(actor.accountId);
      const held = stored && heldNow(stored, now, deps.policy).state;
      const current = held && isLive(held.status) ? held : undefined;
      const command = await plannedChange(stores, current, planId);
      if (!current) throw refusals.noCurrent();
      const events = decide(current, command, { now: notBefore(now, current), policy: deps.policy });
      return detailsOf(stores, deps, { state: events.reduce(evolve, current), now });
    }),

  nextDueAt: (until) => deps.unitOfWork.read(({ subscriptions }) => subscriptions.nextDueAt(until)),
});
