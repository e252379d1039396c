import { z } from 'zod';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import type { AccountExport, AuditEntry, LoggedIn, Profile, Session } from '../../../src/identity/index.ts';
import { Time, timeOf } from '../schemas.ts';

export const AccountView = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    bio: z.string().nullable(),
    picture_url: z.string().nullable(),
    phone: z.string().nullable(),
    role: z.enum(['admin', 'premium', 'normal']),
    is_verified: z.boolean(),
    created_at: Time,
  })
  .meta({ id: 'Account' });

export const accountView = (profile: Profile): z.input<typeof AccountView> => ({
  id: profile.id,
  email: profile.email,
  name: profile.name,
  bio: profile.bio,
  picture_url: profile.pictureUrl,
  phone: profile.phone,
  role: profile.role,
  is_verified: profile.isVerified,
  created_at: toRfc3339(profile.createdAt),
});

export const LoggedInView = z
  .object({
    access: z.string().meta({ description: 'JWT for `Authorization: Bearer …`.' }),
    refresh: z.string().meta({ description: 'Opaque; good for one trade.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().meta({ description: 'Seconds that `access` lasts.' }),
    account: AccountView,
  })
  .meta({ id: 'LoggedIn' });

export const loggedInView = (loggedIn: LoggedIn): z.input<typeof LoggedInView> => ({
  access: loggedIn.access,
  refresh: loggedIn.refresh,
  token_type: loggedIn.tokenType,
  expires_in: loggedIn.expiresInSeconds,
  account: accountView(loggedIn.account),
});

/** The same answer for every address; it says what happens next, and not whether. */
export const AcceptedView = z.object({ detail: z.string() }).meta({ id: 'Accepted' });

export const AccountSessionView = z
  .object({
    id: z.string(),
    device_id: z.string().nullable(),
    device_name: z.string().nullable(),
    user_agent: z.string().nullable(),
    address: z.string(),
    created_at: Time,
    last_used_at: Time,
    expires_at: Time,
    is_current: z.boolean(),
  })
  .meta({ id: 'AccountSession' });

export const accountSessionView = (
  session: Session,
  currentId: string,
): z.input<typeof AccountSessionView> => ({
  id: session.id,
  device_id: session.deviceId,
  device_name: session.deviceName,
  user_agent: session.userAgent,
  address: session.address,
  created_at: toRfc3339(session.createdAt),
  last_used_at: toRfc3339(session.lastUsedAt),
  expires_at: toRfc3339(session.expiresAt),
  is_current: session.id === currentId,
});

const SecurityEventView = z.object({
  at: Time,
  action: z.string(),
  actor: z.string(),
  object: z.string().nullable(),
  address: z.string().nullable(),
});

const securityEventView = (entry: AuditEntry): z.input<typeof SecurityEventView> => ({
  at: toRfc3339(entry.at),
  action: entry.action,
  actor: entry.actor,
  object: entry.object,
  address: entry.address,
});

export const AccountExportView = z
  .looseObject({
    account: AccountView,
    sessions: z.array(AccountSessionView.extend({ ended_at: Time.nullable() })),
    security_events: z.array(SecurityEventView),
  })
  .meta({
    id: 'AccountExport',
    description: 'Everything held; one more member for each part of the product.',
  });

export const accountExportView = (
  { profile, sessions, securityEvents, parts }: AccountExport,
  currentId: string,
): z.input<typeof AccountExportView> => ({
  ...parts,
  account: accountView(profile),
  sessions: sessions.map((session) => ({
    ...accountSessionView(session, currentId),
    ended_at: timeOf(session.endedAt),
  })),
  security_events: securityEvents.map(securityEventView),
});
