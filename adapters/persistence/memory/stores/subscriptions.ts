import { decodeCursor, pageOf } from '../../../../src/kernel/page.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import type {
  AccessRecord,
  DueTimes,
  Subscription,
  SubscriptionHistoryStore,
  SubscriptionStore,
  TrialStore,
} from '../../../../src/subscriptions/index.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { BY_ACCOUNT, HISTORY, PLAN_VERSIONS, SUBSCRIPTIONS, TRIALS } from './subscription-tables.ts';

export function memorySubscriptions({ table }: MemoryTransaction): SubscriptionStore {
  const rows = table(SUBSCRIPTIONS);
  const accounts = table(BY_ACCOUNT);
  const versions = table(PLAN_VERSIONS);

  const ofAccount = (accountId: string): Subscription[] =>
    (accounts.get(accountId)?.ids ?? []).flatMap((id) => rows.get(id)?.subscription ?? []);
  const newest = (accountId: string): Subscription | undefined =>
    ofAccount(accountId).sort((a, b) => b.version - a.version)[0];

  /** Those due by then, the longest due first. */
  const dueBy = (now: Instant, field: keyof DueTimes): readonly Subscription[] =>
    rows
      .where(({ [field]: at }) => at !== null && at <= now)
      .sort((a, b) => Number(a[field]) - Number(b[field]) || (a.subscription.id < b.subscription.id ? -1 : 1))
      .map(({ subscription }) => subscription);

  const earliest = (until: Instant, field: keyof DueTimes): Instant | undefined => {
    let next: Instant | undefined;
    for (const { [field]: at } of rows.all())
      if (at !== null && at <= until && (next === undefined || at < next)) next = at;
    return next;
  };

  return {
    find: async (id) => rows.get(id)?.subscription,
    newest: async (accountId) => newest(accountId),
    add: async (subscription, times) => {
      rows.insert({ subscription, ...times });
      const { accountId, id } = subscription;
      accounts.put({ accountId, ids: [...(accounts.get(accountId)?.ids ?? []), id] });
    },
    save: async (subscription, { from, ...times }) =>
      rows.update({ subscription, ...times }, (stored) => stored.subscription.version === from),
    accessRecords: async (accountIds) =>
      accountIds.flatMap((accountId): AccessRecord[] => {
        const subscription = newest(accountId);
        const version = subscription && versions.get(`${subscription.planId} ${subscription.termsVersion}`);
        return version ? [{ subscription, terms: version.terms }] : [];
      }),
    due: async (now, limit) => dueBy(now, 'dueAt').slice(0, limit),
    nextDueAt: async (until) => earliest(until, 'dueAt'),
    collectable: async (now, limit) => dueBy(now, 'collectAt').slice(0, limit),
    putOffCollection: async (id, at) => {
      const row = rows.get(id);
      if (row && row.collectAt !== null) rows.put({ ...row, collectAt: at });
    },
    nextCollectAt: async (until) => earliest(until, 'collectAt'),
    subscribers: async (accountIds) =>
      accountIds.filter((accountId) => ofAccount(accountId).some(({ startedAt }) => startedAt !== null)),
  };
}

export function memorySubscriptionHistory({ table }: MemoryTransaction): SubscriptionHistoryStore {
  const entries = table(HISTORY);
  return {
    append: async (added) => {
      for (const entry of added) entries.insert(entry);
    },
    list: async (accountId, { limit, cursor }) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
      const rows = entries
        .where((entry) => entry.accountId === accountId && (!from || entry.seq < Number(from.value)))
        .sort((a, b) => b.seq - a.seq);
      return pageOf(rows.slice(0, limit + 1), limit, ({ seq, id }) => ({ value: seq, id }));
    },
    until: async (accountId, at) => {
      const held = entries
        .where((entry) => entry.accountId === accountId && entry.effectiveAt <= at)
        .sort((a, b) => a.seq - b.seq);
      const last = held.at(-1);
      return held.filter(({ subscriptionId }) => subscriptionId === last?.subscriptionId);
    },
    findByPayment: async (paymentId) => entries.holder('subscription_events_payment', paymentId),
  };
}

export function memoryTrials({ table }: MemoryTransaction): TrialStore {
  const trials = table(TRIALS);
  return {
    used: async (accountId) => trials.get(accountId) !== undefined,
    use: async (accountId, usedAt) => trials.insert({ accountId, usedAt }),
  };
}
