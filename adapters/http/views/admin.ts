import { z } from 'zod';
import type { Account, AuditEntry } from '../../../src/identity/index.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { Time, timeOf } from '../schemas.ts';

export const AdminAccountView = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    bio: z.string().nullable(),
    picture_url: z.string().nullable(),
    phone: z.string().nullable(),
    is_admin: z.boolean(),
    is_verified: z.boolean(),
    suspended: z.boolean(),
    suspended_at: Time.nullable(),
    deleted_at: Time.nullable().meta({ description: 'Nothing personal is left of a deleted account.' }),
    created_at: Time,
  })
  .meta({ id: 'AdminAccount', description: 'An account as operators see it.' });

export const adminAccountView = (account: Account): z.input<typeof AdminAccountView> => ({
  id: account.id,
  email: account.email,
  name: account.name,
  bio: account.bio,
  picture_url: account.pictureUrl,
  phone: account.phone,
  is_admin: account.isAdmin,
  is_verified: account.verifiedAt !== null,
  suspended: account.suspendedAt !== null,
  suspended_at: timeOf(account.suspendedAt),
  deleted_at: timeOf(account.deletedAt),
  created_at: toRfc3339(account.createdAt),
});

export const AuditEntryView = z
  .object({
    id: z.string(),
    at: Time,
    actor: z.string().meta({ description: 'As in `account:{id}`, `system:{job}`, `anonymous`.' }),
    action: z.string(),
    object: z.string().nullable(),
    account_id: z.string().nullable().meta({ description: 'The account concerned.' }),
    address: z.string().nullable().meta({ description: 'Where it was done from: a network address.' }),
  })
  .meta({ id: 'AuditEntry' });

export const auditEntryView = (entry: AuditEntry): z.input<typeof AuditEntryView> => ({
  id: entry.id,
  at: toRfc3339(entry.at),
  actor: entry.actor,
  action: entry.action,
  object: entry.object,
  account_id: entry.accountId,
  address: entry.address,
});
