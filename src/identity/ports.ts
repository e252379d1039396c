import type { AccessLevel } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Locks } from '../kernel/unit-of-work.ts';
import type { Account } from './account.ts';
import type { AuditEntry } from './audit.ts';
import type { CodePurpose, MailCode } from './code.ts';
import type { LoginThrottle } from './login-throttle.ts';
import type { MailQuota } from './mail-quota.ts';
import type { PictureType } from './picture.ts';
import type { ServiceKey } from './service-key.ts';
import type { EndReason, Session, SessionToken } from './session.ts';

export interface AccountStore {
  find(id: string): Promise<Account | undefined>;
  /** By `emailKey`. */
  findByEmail(emailKey: string): Promise<Account | undefined>;
  findMany(ids: readonly string[]): Promise<readonly Account[]>;
  /** Newest first; `search` is a part of the address or of the name, without regard to case. */
  list(request: PageRequest, filter: { readonly search: string | null }): Promise<Page<Account>>;
  /** An address that another account has is a lost race. */
  add(account: Account): Promise<void>;
  /** Stores an account whose `version` is one above the stored one; any other is a lost race. */
  save(account: Account): Promise<void>;
  /** Removes an account that nobody ever used. */
  remove(id: string): Promise<void>;
  /** Accounts whose removal is due at `now`, earliest first. */
  dueForRemoval(now: Instant, limit: number): Promise<readonly Account[]>;
  nextRemovalAt(until: Instant): Promise<Instant | undefined>;
}

/** What an access token says of its session. */
export interface SessionClaim {
  readonly accountId: string;
  readonly sessionId: string;
  readonly tokenVersion: number;
}
export interface AliveSession {
  readonly isAdmin: boolean;
}

export interface SessionsEnd {
  readonly reason: EndReason;
  readonly now: Instant;
  readonly exceptId: string | null;
}

export interface SessionStore {
  find(id: string): Promise<Session | undefined>;
  /** The session that a refresh token, of any generation, belongs to. */
  findByToken(digest: string): Promise<{ session: Session; generation: number } | undefined>;
  /** Live sessions of an account, newest first. */
  list(accountId: string, request: PageRequest, now: Instant): Promise<Page<Session>>;
  /** Ends every session of an account that has not ended, except one; the ids of those it ended. */
  endAll(accountId: string, end: SessionsEnd): Promise<readonly string[]>;
  /** Forgets every session of an account, with its tokens. */
  removeAll(accountId: string): Promise<void>;
  /** Every session that is still in the books, newest first. */
  all(accountId: string, limit: number): Promise<readonly Session[]>;
  /** Whether a device ever had a session of the account, as far as the books go. */
  knowsDevice(accountId: string, deviceId: string): Promise<boolean>;
  add(session: Session): Promise<void>;
  /** Stores a session whose `version` is one above the stored one; any other is a lost race. */
  save(session: Session): Promise<void>;
  /** Remembers a token for as long as its session; a digest that exists is a lost race. */
  addToken(token: SessionToken): Promise<void>;
  /** One answer per claim, in order: undefined when session or token version is dead. One statement. */
  alive(claims: readonly SessionClaim[], now: Instant): Promise<readonly (AliveSession | undefined)[]>;
  /** Forgets at most `limit` sessions that ended or expired before `before`, with their tokens. */
  purge(before: Instant, limit: number): Promise<number>;
}

export interface CodeStore {
  find(accountId: string, purpose: CodePurpose): Promise<MailCode | undefined>;
  findById(id: string): Promise<MailCode | undefined>;
  /** Puts a code in the place of the former one of its account and purpose. */
  put(code: MailCode): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes every code of an account. */
  removeAll(accountId: string): Promise<void>;
  purge(now: Instant, limit: number): Promise<number>;
}

export interface LoginThrottleStore {
  find(key: string): Promise<LoginThrottle | undefined>;
  put(throttle: LoginThrottle): Promise<void>;
  remove(key: string): Promise<void>;
  /** Removes at most `limit` throttles whose failures are forgotten. */
  purge(now: Instant, limit: number): Promise<number>;
}

export interface MailQuotaStore {
  find(recipient: string): Promise<MailQuota | undefined>;
  put(quota: MailQuota): Promise<void>;
  purge(now: Instant, limit: number): Promise<number>;
}

/** Append-only: there is no way to change or remove an entry, not even for the database's own user. */
export interface AuditStore {
  add(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(request: PageRequest, filter: { readonly accountId: string | null }): Promise<Page<AuditEntry>>;
}

/** What is true of a service key that lives. */
export type AliveServiceKey = Pick<ServiceKey, 'id' | 'scopes' | 'expiresAt' | 'lastUsedAt'>;

export interface ServiceKeyStore {
  /** Revoked or not. */
  find(id: string): Promise<ServiceKey | undefined>;
  /** Those that were not revoked, newest first. */
  list(request: PageRequest): Promise<Page<ServiceKey>>;
  countLive(now: Instant): Promise<number>;
  /** A digest that exists is a lost race. */
  add(key: ServiceKey): Promise<void>;
  /** Whether it was this call that revoked the key: one of several at once. */
  revoke(id: string, now: Instant): Promise<boolean>;
  /** One answer per digest, in order: undefined where no live key has it. One statement. */
  alive(digests: readonly string[], now: Instant): Promise<readonly (AliveServiceKey | undefined)[]>;
  /** Notes `now` as the last use of those whose last noted one is `againMs` old or more. One statement. */
  noteUse(ids: readonly string[], now: Instant, againMs: number): Promise<void>;
}

export interface IdentityStores extends Locks {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly codes: CodeStore;
  readonly loginThrottles: LoginThrottleStore;
  readonly mailQuotas: MailQuotaStore;
  readonly audit: AuditStore;
  readonly serviceKeys: ServiceKeyStore;
  readonly outbox: Outbox;
}

export type PasswordVerdict = 'wrong' | 'right' | 'right-outdated';

export interface Passwords {
  /** Refuses with `service.busy` when too many hashes are waiting. */
  hash(password: string): Promise<string>;
  /**
   * `right-outdated` asks for a new hash (the parameters changed). Without a hash it costs as much as with
   * one and is wrong, so that time does not tell whether an account exists.
   */
  verify(password: string, hash: string | null): Promise<PasswordVerdict>;
}

export interface CommonPasswords {
  /** `password` in lower case. */
  has(password: string): boolean;
}

export interface AccessTokens {
  issue(claim: SessionClaim): Promise<{ readonly token: string; readonly expiresInSeconds: number }>;
}

export interface RefreshTokens {
  /** A new opaque token of 256 random bits. */
  fresh(): string;
  digest(token: string): string;
  /** The token that follows `token`, under each accepted server key, the current one first. */
  successors(token: string): readonly [string, ...string[]];
}

/** What is derived from the server's key, so that neither codes nor addresses need to be stored. */
export interface Secrets {
  /** The six digits that belong to a code's id, under each accepted key, the current one first. */
  codesOf(codeId: string): readonly [string, ...string[]];
  digestOfCode(codeId: string, code: string): string;
  /** Whether `code` is what `digest` was made of, under any accepted key; takes the same time either way. */
  codeMatches(codeId: string, code: string, digest: string): boolean;
  /** A name for a mailbox that tells nobody which it is. */
  recipientOf(mailbox: string): string;
}

/**
 * Service keys as texts. They are 256 random bits, which nobody guesses at any speed, so that a fast digest keeps
 * them as well as a slow one, and can be looked up.
 */
export interface ServiceKeySecrets {
  fresh(): { readonly key: string; readonly digest: string };
  /** Undefined for a text that is no key of ours by its form or its checksum. */
  digest(key: string): string | undefined;
}

export interface PictureStore {
  /** Keeps a picture under a name that cannot be guessed and gives its public address. */
  put(accountId: string, bytes: Uint8Array, type: PictureType): Promise<string>;
  /** The picture that the last segment of its address names. */
  get(name: string): Promise<{ readonly bytes: Uint8Array; readonly type: PictureType } | undefined>;
  /** Removes what an address names; one that is gone is fine. */
  remove(url: string): Promise<void>;
}

/** Whoever remembers for a moment that a session lives. */
export interface SessionMemory {
  /** These ended: the next question about them is to be asked anew. Called after the commit. */
  forget(sessionIds: readonly string[]): void;
}

/** Whoever remembers for a moment that a service key lives. */
export interface ServiceKeyMemory {
  /** The key with this digest was revoked. Called after the commit. */
  forget(digest: string): void;
}

/** What an account may see now; answered by the entitlements. */
export interface Levels {
  levelOf(accountId: string): Promise<AccessLevel>;
}

/** Whether accounts ever had a payment or a subscription; answered by billing and subscriptions. */
export interface AccountUse {
  /** Those of the accounts that did. */
  everUsed(accountIds: readonly string[]): Promise<readonly string[]>;
}

/** What another context holds about an account, as JSON in the words of the REST contract. */
export interface ExportPart {
  readonly name: string;
  export(accountId: string): Promise<unknown>;
}
