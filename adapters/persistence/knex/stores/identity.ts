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
import { RecordTable, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const ACCOUNTS = new RecordTable<Account>('accounts', {
  id: 'text',
  email: 'text',
  emailKey: 'text',
  name: 'text',
  bio: 'text',
  phone: 'text',
  pictureUrl: 'text',
  passwordHash: 'text',
  isAdmin: 'boolean',
  verifiedAt: 'number',
  suspendedAt: 'number',
  deletedAt: 'number',
  tokenVersion: 'number',
  hadSession: 'boolean',
  removalDueAt: 'number',
  createdAt: 'number',
  version: 'number',
});

export const knexAccounts = (database: Database): AccountStore => ({
  find: (id) => ACCOUNTS.find(database, { id }),
  findByEmail: (emailKey) => ACCOUNTS.find(database, { email_key: emailKey }),
  findMany: async (ids) => {
    const rows: Row[] = await database.knex('accounts').whereIn('id', [...ids]);
    return rows.map((row) => ACCOUNTS.fromRow(row));
  },
  list: (request, { search }) =>
    keysetPage(database, ACCOUNTS, request, {
      order: { field: 'createdAt', direction: 'desc', kind: 'number' },
      where: (query) => {
        query.whereNull('deleted_at');
        if (search === null) return query;
        const pattern = `%${search.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
        return query.whereRaw(String.raw`(email_key like ? escape '\' or lower(name) like ? escape '\')`, [
          pattern,
          pattern,
        ]);
      },
    }),
  add: (account) => ACCOUNTS.insert(database, [account]),
  save: (account) => ACCOUNTS.update(database, { id: account.id, version: account.version - 1 }, account),
  remove: async (id) => {
    await database.knex('accounts').where({ id }).delete();
  },
  dueForRemoval: async (now, limit) => {
    const rows: Row[] = await database
      .knex('accounts')
      .where('removal_due_at', '<=', now)
      .orderBy(['removal_due_at', 'id'])
      .limit(limit);
    return rows.map((row) => ACCOUNTS.fromRow(row));
  },
  nextRemovalAt: (until) => earliestDue(database.knex('accounts'), 'removal_due_at', until),
});

const CODES = new RecordTable<MailCode>('mail_codes', {
  id: 'text',
  accountId: 'text',
  purpose: 'text',
  digest: 'text',
  triesLeft: 'number',
  createdAt: 'number',
  expiresAt: 'number',
});

export const knexCodes = (database: Database): CodeStore => ({
  find: (accountId, purpose) => CODES.find(database, { account_id: accountId, purpose }),
  findById: (id) => CODES.find(database, { id }),
  put: async (code) => {
    const row = CODES.toRow(code);
    await database.knex('mail_codes').insert(row).onConflict(['account_id', 'purpose']).merge();
  },
  remove: async (id) => {
    await database.knex('mail_codes').where({ id }).delete();
  },
  removeAll: async (accountId) => {
    await database.knex('mail_codes').where({ account_id: accountId }).delete();
  },
  purge: (now, limit) => purged(database, { table: 'mail_codes', key: 'id', due: 'expires_at' }, now, limit),
});

const THROTTLES = new RecordTable<LoginThrottle>('login_throttles', {
  key: 'text',
  failures: 'number',
  opensAt: 'number',
  forgottenAt: 'number',
});

export const knexLoginThrottles = (database: Database): LoginThrottleStore => ({
  find: (key) => THROTTLES.find(database, { key }),
  put: async (throttle) => {
    await database.knex('login_throttles').insert(THROTTLES.toRow(throttle)).onConflict('key').merge();
  },
  remove: async (key) => {
    await database.knex('login_throttles').where({ key }).delete();
  },
  purge: (now, limit) =>
    purged(database, { table: 'login_throttles', key: 'key', due: 'forgotten_at' }, now, limit),
});

const QUOTAS = new RecordTable<MailQuota>('mail_quotas', {
  recipient: 'text',
  sentAt: 'json',
  forgottenAt: 'number',
});

export const knexMailQuotas = (database: Database): MailQuotaStore => ({
  find: (recipient) => QUOTAS.find(database, { recipient }),
  put: async (quota) => {
    await database.knex('mail_quotas').insert(QUOTAS.toRow(quota)).onConflict('recipient').merge();
  },
  purge: (now, limit) =>
    purged(database, { table: 'mail_quotas', key: 'recipient', due: 'forgotten_at' }, now, limit),
});

const AUDIT = new RecordTable<AuditEntry>('audit_log', {
  id: 'text',
  at: 'number',
  actor: 'text',
  action: 'text',
  object: 'text',
  accountId: 'text',
  address: 'text',
});

export const knexAudit = (database: Database): AuditStore => ({
  add: (entries) => AUDIT.insert(database, entries),
  list: (request, { accountId }) =>
    keysetPage(database, AUDIT, request, {
      order: { field: 'at', direction: 'desc', kind: 'number' },
      where: (query) => (accountId === null ? query : query.where({ account_id: accountId })),
    }),
});

interface Expiring {
  readonly table: string;
  readonly key: string;
  readonly due: string;
}

function purged(
  { knex }: Database,
  { table, key, due }: Expiring,
  now: number,
  limit: number,
): Promise<number> {
  return knex(table)
    .whereIn(key, knex(table).select(key).where(due, '<=', now).limit(limit))
    .delete();
}
