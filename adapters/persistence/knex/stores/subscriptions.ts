import type {
  DueTimes,
  HistoryEntry,
  Subscription,
  SubscriptionHistoryStore,
  SubscriptionStore,
  TrialStore,
} from '../../../../src/subscriptions/index.ts';
import { RecordTable, type Row } from '../columns.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { earliestDue } from '../due.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';
import { accessRecordsOf } from './access-records.ts';

const SUBSCRIPTIONS = new RecordTable<Subscription>('subscriptions', {
  id: 'text',
  accountId: 'text',
  planId: 'text',
  termsVersion: 'number',
  status: 'text',
  createdAt: 'number',
  startedAt: 'number',
  collectedBy: 'text',
  anchor: 'number',
  terms: 'number',
  endsAt: 'number',
  remindFrom: 'number',
  remindedDays: 'number',
  autoRenew: 'boolean',
  cancelAtPeriodEnd: 'boolean',
  pauseAtPeriodEnd: 'boolean',
  stretches: 'json',
  pausedAt: 'number',
  resumesAt: 'number',
  scheduledChange: 'json',
  failures: 'number',
  retryAt: 'number',
  givesUpAt: 'number',
  endedAt: 'number',
  changedAt: 'number',
  version: 'number',
});

const HISTORY = new RecordTable<HistoryEntry>('subscription_events', {
  id: 'text',
  subscriptionId: 'text',
  accountId: 'text',
  seq: 'number',
  type: 'text',
  event: 'json',
  actor: 'text',
  before: 'json',
  after: 'json',
  effectiveAt: 'number',
  recordedAt: 'number',
  paymentId: 'text',
});

const rowOf = (subscription: Subscription, { dueAt, collectAt }: DueTimes): Row => ({
  ...SUBSCRIPTIONS.toRow(subscription),
  due_at: dueAt,
  collect_at: collectAt,
});

export const knexSubscriptions = (database: Database): SubscriptionStore => ({
  find: (id) => SUBSCRIPTIONS.find(database, { id }),
  newest: async (accountId) => {
    const query = database.knex('subscriptions').where({ account_id: accountId });
    const row = (await query.orderBy('version', 'desc').first()) as Row | undefined;
    return row && SUBSCRIPTIONS.fromRow(row);
  },
  add: async (subscription, times) => {
    await database.knex('subscriptions').insert(rowOf(subscription, times));
  },
  save: async (subscription, { from, ...times }) => {
    const saved = await database
      .knex('subscriptions')
      .where({ id: subscription.id, version: from })
      .update(rowOf(subscription, times));
    if (saved !== 1) throw new LostRace(`subscription ${subscription.id} moved on`);
  },
  accessRecords: accessRecordsOf(database, SUBSCRIPTIONS),
  due: async (now, limit) => {
    const query = database
      .knex('subscriptions')
      .where('due_at', '<=', now)
      .orderBy([{ column: 'due_at' }, { column: 'id' }])
      .limit(limit)
      .forUpdate();
    // Sweepers in several processes share the work instead of waiting for one another.
    const rows = (await (database.dialect === 'postgres' ? query.skipLocked() : query)) as Row[];
    return rows.map((row) => SUBSCRIPTIONS.fromRow(row));
  },
  nextDueAt: (until) => earliestDue(database.knex('subscriptions'), 'due_at', until),
  collectable: async (now, limit) => {
    const query = database.knex('subscriptions').where('collect_at', '<=', now);
    const rows = (await query.orderBy([{ column: 'collect_at' }, { column: 'id' }]).limit(limit)) as Row[];
    return rows.map((row) => SUBSCRIPTIONS.fromRow(row));
  },
  putOffCollection: async (id, at) => {
    await database.knex('subscriptions').where({ id }).whereNotNull('collect_at').update({ collect_at: at });
  },
  nextCollectAt: (until) => earliestDue(database.knex('subscriptions'), 'collect_at', until),
  subscribers: async (accountIds) => {
    const rows = (await database
      .knex('subscriptions')
      .distinct('account_id')
      .whereNotNull('started_at')
      .whereIn('account_id', accountIds)) as { account_id: string }[];
    return rows.map((row) => row.account_id);
  },
});

export const knexSubscriptionHistory = (database: Database): SubscriptionHistoryStore => ({
  append: (entries) => HISTORY.insert(database, entries),
  list: (accountId, request) =>
    keysetPage(database, HISTORY, request, {
      order: { field: 'seq', direction: 'desc', kind: 'number' },
      where: (query) => query.where({ account_id: accountId }),
    }),
  until: async (accountId, at) => {
    const held = database
      .knex('subscription_events')
      .where({ account_id: accountId })
      .where('effective_at', '<=', at);
    const newest = held.clone().select('subscription_id').orderBy('seq', 'desc').limit(1);
    const rows = (await held.where({ subscription_id: newest }).orderBy('seq')) as Row[];
    return rows.map((row) => HISTORY.fromRow(row));
  },
  findByPayment: (paymentId) => HISTORY.find(database, { payment_id: paymentId }),
});

export const knexTrials = ({ knex }: Database): TrialStore => ({
  used: async (accountId) => (await knex('trials').where({ account_id: accountId }).first()) !== undefined,
  use: async (accountId, usedAt) => {
    await knex('trials').insert({ account_id: accountId, used_at: usedAt });
  },
});
