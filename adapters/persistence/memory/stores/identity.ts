import type { Instant } from '../../../../src/kernel/instant.ts';
import { decodeCursor, pageOf, type Page, type PageRequest } from '../../../../src/kernel/page.ts';
import type { Account } from '../../../../src/identity/account.ts';
import type { AuditEntry } from '../../../../src/identity/audit.ts';
import type { MailCode } from '../../../../src/identity/code.ts';
import type { LoginThrottle } from '../../../../src/identity/login-throttle.ts';
import type { MailQuota } from '../../../../src/identity/mail-quota.ts';
import type {
  AccountStore,
  AuditStore,
  CodeStore,
  LoginThrottleStore,
  MailQuotaStore,
} from '../../../../src/identity/ports.ts';
import type { DraftTable, TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

export const ACCOUNTS: TableDefinition<Account> = {
  name: 'accounts',
  key: (account) => account.id,
  unique: { accounts_email_key: (account) => account.emailKey },
};

/** Rows newest first, from where the cursor ended. */
export function newestPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { limit, cursor }: PageRequest,
  at: (row: Row) => number,
): Page<Row> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
  const page = [...rows]
    .sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1))
    .filter((row) => !from || at(row) < Number(from.value) || (at(row) === from.value && row.id < from.id));
  return pageOf(page.slice(0, limit + 1), limit, (row) => ({ value: at(row), id: row.id }));
}

export function memoryAccounts({ table }: MemoryTransaction): AccountStore {
  const accounts = table(ACCOUNTS);
  const due = (now: Instant): Account[] =>
    accounts
      .where(({ removalDueAt }) => removalDueAt !== null && removalDueAt <= now)
      .sort((a, b) => Number(a.removalDueAt) - Number(b.removalDueAt) || (a.id < b.id ? -1 : 1));
  return {
    find: async (id) => accounts.get(id),
    findByEmail: async (emailKey) => accounts.holder('accounts_email_key', emailKey),
    findMany: async (ids) => [...new Set(ids)].flatMap((id) => accounts.get(id) ?? []),
    list: async (request, { search }) => {
      const part = search?.toLowerCase() ?? '';
      const rows = accounts.where(
        ({ deletedAt, emailKey, name }) =>
          deletedAt === null && (emailKey.includes(part) || (name ?? '').toLowerCase().includes(part)),
      );
      return newestPage(rows, request, ({ createdAt }) => createdAt);
    },
    add: async (account) => accounts.insert(account),
    save: async (account) => accounts.update(account, (stored) => stored.version === account.version - 1),
    remove: async (id) => accounts.delete(id),
    dueForRemoval: async (now, limit) => due(now).slice(0, limit),
    nextRemovalAt: async (until) => due(until)[0]?.removalDueAt ?? undefined,
  };
}

const CODES: TableDefinition<MailCode> = {
  name: 'mail_codes',
  key: (code) => `${code.accountId} ${code.purpose}`,
  unique: { mail_codes_id: (code) => code.id },
};

export function memoryCodes({ table }: MemoryTransaction): CodeStore {
  const codes = table(CODES);
  const drop = (code: MailCode): void => codes.delete(CODES.key(code));
  return {
    find: async (accountId, purpose) => codes.get(`${accountId} ${purpose}`),
    findById: async (id) => codes.holder('mail_codes_id', id),
    put: async (code) => codes.put(code),
    remove: async (id) => {
      const code = codes.holder('mail_codes_id', id);
      if (code) drop(code);
    },
    removeAll: async (accountId) => codes.where((code) => code.accountId === accountId).forEach(drop),
    purge: async (now, limit) => {
      const expired = codes.where(({ expiresAt }) => expiresAt <= now).slice(0, limit);
      expired.forEach(drop);
      return expired.length;
    },
  };
}

const THROTTLES: TableDefinition<LoginThrottle> = {
  name: 'login_throttles',
  key: (throttle) => throttle.key,
};

export function memoryLoginThrottles({ table }: MemoryTransaction): LoginThrottleStore {
  const throttles = table(THROTTLES);
  return {
    find: async (key) => throttles.get(key),
    put: async (throttle) => throttles.put(throttle),
    remove: async (key) => throttles.delete(key),
    purge: async (now, limit) => forgetPast(throttles, ({ key }) => key, now, limit),
  };
}

const QUOTAS: TableDefinition<MailQuota> = { name: 'mail_quotas', key: (quota) => quota.recipient };

export function memoryMailQuotas({ table }: MemoryTransaction): MailQuotaStore {
  const quotas = table(QUOTAS);
  return {
    find: async (recipient) => quotas.get(recipient),
    put: async (quota) => quotas.put(quota),
    purge: async (now, limit) => forgetPast(quotas, ({ recipient }) => recipient, now, limit),
  };
}

function forgetPast<Row extends { readonly forgottenAt: Instant }>(
  rows: DraftTable<Row>,
  keyOf: (row: Row) => string,
  now: Instant,
  limit: number,
): number {
  const past = rows.where(({ forgottenAt }) => forgottenAt <= now).slice(0, limit);
  for (const row of past) rows.delete(keyOf(row));
  return past.length;
}

const AUDIT: TableDefinition<AuditEntry> = { name: 'audit_log', key: (entry) => entry.id };

export function memoryAudit({ table }: MemoryTransaction): AuditStore {
  const entries = table(AUDIT);
  return {
    add: async (added) => {
      for (const entry of added) entries.insert(entry);
    },
    list: async (request, { accountId }) =>
      newestPage(
        entries.where((entry) => accountId === null || entry.accountId === accountId),
        request,
        ({ at }) => at,
      ),
  };
}
