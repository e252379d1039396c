import type { ProviderSubscription, ProviderSubscriptionStore } from '../../../../src/billing/index.ts';
import { instant } from '../../../../src/kernel/instant.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const SUBSCRIPTIONS = new RecordTable<ProviderSubscription>('provider_subscriptions', {
  provider: 'text',
  providerId: 'text',
  customer: 'text',
  accountId: 'text',
  subscriptionId: 'text',
  payments: 'json',
  charges: 'json',
  isOver: 'boolean',
  wish: 'text',
  wishedAt: 'number',
  toldAt: 'number',
  nextTellAt: 'number',
  tries: 'number',
  createdAt: 'number',
  version: 'number',
});

export const knexProviderSubscriptions = (database: Database): ProviderSubscriptionStore => ({
  find: ({ provider, id }) => SUBSCRIPTIONS.find(database, { provider, provider_id: id }),
  findBySubscription: (subscriptionId) => SUBSCRIPTIONS.find(database, { subscription_id: subscriptionId }),
  save: (row) =>
    row.version === 1
      ? SUBSCRIPTIONS.insert(database, [row])
      : SUBSCRIPTIONS.update(
          database,
          { provider: row.provider, provider_id: row.providerId, version: row.version - 1 },
          row,
        ),
  due: async (now, limit) => {
    const rows = (await database
      .knex('provider_subscriptions')
      .where('next_tell_at', '<=', now)
      .orderBy(['next_tell_at', 'provider_id'])
      .limit(limit)) as Row[];
    return rows.map((row) => SUBSCRIPTIONS.fromRow(row));
  },
  nextDueAt: async (until) => {
    const [row] = (await database
      .knex('provider_subscriptions')
      .where('next_tell_at', '<=', until)
      .min({ at: 'next_tell_at' })) as { at: number | string | null }[];
    return row?.at === undefined || row.at === null ? undefined : instant(Number(row.at));
  },
});
