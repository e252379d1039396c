import type { AccessLevel } from '../kernel/access-level.ts';
import { after, type Instant } from '../kernel/instant.ts';

export const NAME_LENGTH = 100;
export const BIO_LENGTH = 250;
export const EMAIL_LENGTH = 254;

export interface Account {
  readonly id: string;
  /** As given, trimmed. Shown to its owner and written to. */
  readonly email: string;
  /** What makes an address the same address; unique. */
  readonly emailKey: string;
  readonly name: string | null;
  readonly bio: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly pictureUrl: string | null;
  readonly passwordHash: string;
  readonly isAdmin: boolean;
  readonly verifiedAt: Instant | null;
  readonly suspendedAt: Instant | null;
  readonly deletedAt: Instant | null;
  /** Part of every access token: raising it ends those that are out. */
  readonly tokenVersion: number;
  readonly hadSession: boolean;
  /** When an account that nobody verified or used is removed; null when it is not (or no longer) to be. */
  readonly removalDueAt: Instant | null;
  readonly createdAt: Instant;
  readonly version: number;
}

export type Role = 'admin' | 'premium' | 'normal';

/** Roles are derived: premium is an account whose access level is above free at the moment asked. */
export function roleOf(account: Pick<Account, 'isAdmin'>, level: AccessLevel): Role {
  if (account.isAdmin) return 'admin';
  return level === 'free' ? 'normal' : 'premium';
}

/** An account as its owner sees it. */
export interface Profile {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly bio: string | null;
  readonly pictureUrl: string | null;
  readonly phone: string | null;
  readonly role: Role;
  readonly isVerified: boolean;
  readonly createdAt: Instant;
}

export const profileOf = (account: Account, level: AccessLevel): Profile => ({
  id: account.id,
  email: account.email,
  name: account.name,
  bio: account.bio,
  pictureUrl: account.pictureUrl,
  phone: account.phone,
  role: roleOf(account, level),
  isVerified: account.verifiedAt !== null,
  createdAt: account.createdAt,
});

/** Two spellings of one address have one key: trimmed, composed (NFC), lower-cased. */
export const emailKeyOf = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/** Deliberately lenient: whether an address exists is what the verification mail finds out. */
export const isEmail = (text: string): boolean =>
  text.length <= EMAIL_LENGTH &&
  /^[^\s@\u0000-\u001f]+@[^\s@\u0000-\u001f]+\.[^\s@.\u0000-\u001f]+$/.test(text);

export const isPhone = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text);

export interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly passwordHash: string;
  readonly now: Instant;
  /** Milliseconds after which it is removed unless verified or used; null for never. */
  readonly removedAfterMs: number | null;
}

export const createAccount = (given: NewAccount): Account => ({
  id: given.id,
  email: given.email.trim().normalize('NFC'),
  emailKey: emailKeyOf(given.email),
  name: given.name,
  bio: null,
  phone: null,
  pictureUrl: null,
  passwordHash: given.passwordHash,
  isAdmin: false,
  verifiedAt: null,
  suspendedAt: null,
  deletedAt: null,
  tokenVersion: 1,
  hadSession: false,
  removalDueAt: given.removedAfterMs === null ? null : after(given.now, given.removedAfterMs),
  createdAt: given.now,
  version: 1,
});

const changed = (account: Account, change: Partial<Account>): Account => ({
  ...account,
  ...change,
  version: account.version + 1,
});

export interface ProfileChanges {
  readonly name?: string | null | undefined;
  readonly bio?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

export const editProfile = (account: Account, changes: ProfileChanges): Account =>
  changed(account, {
    name: changes.name === undefined ? account.name : changes.name,
    bio: changes.bio === undefined ? account.bio : changes.bio,
    phone: changes.phone === undefined ? account.phone : changes.phone,
  });

export const withPicture = (account: Account, pictureUrl: string | null): Account =>
  changed(account, { pictureUrl });

export const verified = (account: Account, now: Instant): Account =>
  changed(account, { verifiedAt: account.verifiedAt ?? now, removalDueAt: null });

/** Kept for good: it had a session, a payment or a subscription. */
export const kept = (account: Account): Account => changed(account, { removalDueAt: null });

/** The account after a log-in, with a new hash of the same password where the parameters had changed. */
export function signedIn(account: Account, freshHash: string | undefined): Account {
  if (account.hadSession && freshHash === undefined) return account;
  return changed(account, {
    hadSession: true,
    removalDueAt: null,
    passwordHash: freshHash ?? account.passwordHash,
  });
}

export const withPasswordHash = (account: Account, passwordHash: string): Account =>
  changed(account, { passwordHash });

/** Ends every access token of the account that is out. */
export const tokensRevoked = (account: Account): Account =>
  changed(account, { tokenVersion: account.tokenVersion + 1 });

export const promoted = (account: Account): Account =>
  changed(account, { isAdmin: true, removalDueAt: null });

export const suspended = (account: Account, now: Instant): Account =>
  changed(account, {
    suspendedAt: account.suspendedAt ?? now,
    removalDueAt: null,
    tokenVersion: account.tokenVersion + 1,
  });

export const reinstated = (account: Account): Account => changed(account, { suspendedAt: null });

/** What remains of a deleted account: an id to which the ledger can refer, and nothing personal. */
export const erased = (account: Account, now: Instant): Account =>
  changed(account, {
    email: `deleted-${account.id}@deleted.invalid`,
    // No address has a space: whoever knows an id cannot take the place, and so keep the account from going.
    emailKey: `deleted ${account.id}`,
    name: null,
    bio: null,
    phone: null,
    pictureUrl: null,
    passwordHash: '',
    isAdmin: false,
    verifiedAt: null,
    deletedAt: now,
    removalDueAt: null,
    tokenVersion: account.tokenVersion + 1,
  });
