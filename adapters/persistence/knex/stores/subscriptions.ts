import type {
  AccessRecord,
  HistoryEntry,
  PlanTerms,
  Subscription,
  SubscriptionHistoryStore,
  SubscriptionStore,
  TrialStore,
} from '../../../../src/subscriptions/index.ts';
import { RecordTable, type Row } from '../columns.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { earliestDue } from '../due.ts';
import { rawRows } from '../json-rows.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const SUBSCRIPTIONS = new RecordTable<Subscription>('subscriptions', {
  id: 'text',
  accountId: 'text',
  planId: 'text',
  termsVersion: 'number',
  status: 'text',
  createdAt: 'number',
  startedAt: 'number',
  anchor: 'number',
  terms: 'number',
  endsAt: 'number',
  remindFrom: 'number',
  remindedDays: 'number',
  autoRenew: 'boolean',
  cancelAtPeriodEnd: 'boolean',
  pauseAtPeriodEnd: 'boolean',
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

export const knexSubscriptions = (database: Database): SubscriptionStore => ({
  find: (id) => SUBSCRIPTIONS.find(database, { id }),
  newest: async (accountId) => {
    const query = database.knex('subscriptions').where({ account_id: accountId });
    const row = (await query.orderBy('version', 'desc').first()) as Row | undefined;
    return row && SUBSCRIPTIONS.fromRow(row);
  },
  add: async (subscription, dueAt) => {
    await database.knex('subscriptions').insert({ ...SUBSCRIPTIONS.toRow(subscription), due_at: dueAt });
  },
  save: async (subscription, { from, dueAt }) => {
    const saved = await database
      .knex('subscriptions')
      .where({ id: subscription.id, version: from })
      .update({ ...SUBSCRIPTIONS.toRow(subscription), due_at: dueAt });
    if (saved !== 1) throw new LostRace(`subscription ${subscription.id} moved on`);
  },
  accessRecords: (accountIds) => accessRecords(database, accountIds),
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
  subscribers: async (accountIds) => {
    const rows = (await database
      .knex('subscriptions')
      .distinct('account_id')
      .whereNotNull('started_at')
      .whereIn('account_id', accountIds)) as { account_id: string }[];
    return rows.map((row) => row.account_id);
  },
});

/** One index seek per account: the greatest version belongs to the subscription that counts. */
const accessSql = (accounts: string): string => `
  select s.*, cast(v.terms as text) as bought_terms
  from ${accounts}
  join subscriptions s on s.account_id = asked.account_id
    and s.version = (select max(n.version) from subscriptions n where n.account_id = asked.account_id)
  join plan_versions v on v.plan_id = s.plan_id and v.terms_version = s.terms_version`;

const ACCESS_SQL = {
  sqlite: accessSql('(select value as account_id from json_each(?)) asked'),
  postgres: accessSql('(select json_array_elements_text(?::json) as account_id) asked'),
} as const;

async function accessRecords(
  database: Database,
  accountIds: readonly string[],
): Promise<readonly AccessRecord[]> {
  const rows = await rawRows(database, ACCESS_SQL[database.dialect], [JSON.stringify(accountIds)]);
  return rows.map((row) => ({
    subscription: SUBSCRIPTIONS.fromRow(row),
    terms: termsIn(String(row['bought_terms'])),
  }));
}

/** Thousands of subscribers share a few sets of terms: each text is taken apart once. */
const knownTerms = new Map<string, PlanTerms>();
const MAX_KNOWN_TERMS = 500;

function termsIn(text: string): PlanTerms {
  const known = knownTerms.get(text);
  if (known) return known;
  const terms = JSON.parse(text) as PlanTerms;
  if (knownTerms.size >= MAX_KNOWN_TERMS) knownTerms.clear();
  knownTerms.set(text, terms);
  return terms;
}

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
