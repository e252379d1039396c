import type { ProviderSubscription, ProviderSubscriptionStore } from '../../../../src/billing/index.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const keyOf = (provider: string, id: string): string => JSON.stringify([provider, id]);

const SUBSCRIPTIONS: TableDefinition<ProviderSubscription> = {
  name: 'provider_subscriptions',
  key: ({ provider, providerId }) => keyOf(provider, providerId),
  unique: {
    provider_subscriptions_subscription: ({ subscriptionId }) => subscriptionId ?? undefined,
  },
};

export function memoryProviderSubscriptions({ table }: MemoryTransaction): ProviderSubscriptionStore {
  const rows = table(SUBSCRIPTIONS);
  const due = (by: number): ProviderSubscription[] =>
    rows
      .where(({ nextTellAt }) => nextTellAt !== null && nextTellAt <= by)
      .sort((a, b) => (a.nextTellAt ?? 0) - (b.nextTellAt ?? 0) || (a.providerId < b.providerId ? -1 : 1));
  return {
    find: async ({ provider, id }) => rows.get(keyOf(provider, id)),
    findBySubscription: async (subscriptionId) =>
      rows.holder('provider_subscriptions_subscription', subscriptionId),
    save: async (row) =>
      row.version === 1 ? rows.insert(row) : rows.update(row, (stored) => stored.version === row.version - 1),
    due: async (now, limit) => due(now).slice(0, limit),
    nextDueAt: async (until) => due(until)[0]?.nextTellAt ?? undefined,
  };
}
