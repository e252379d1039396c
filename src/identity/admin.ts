import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import {
  createAccount,
  emailKeyOf,
  isEmail,
  promoted,
  reinstated,
  suspended,
  verified,
  type Account,
} from './account.ts';
import type { AuditEntry } from './audit.ts';
import type { IdentityDeps } from './deps.ts';
import { audited, happened, type Audited, type IdentityEvent } from './events.ts';
import { lockAccount } from './mail-codes.ts';
import { normalisePassword } from './password-rules.ts';
import type { IdentityStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { validated } from './register.ts';
import { endAllSessions } from './sessions.ts';

export interface AdminMade {
  readonly accountId: string;
  /** An account that exists is promoted and keeps its password. */
  readonly outcome: 'created' | 'promoted' | 'was-admin';
}

interface OnAccount {
  readonly actor: Actor;
  readonly accountId: string;
  readonly address: string | null;
}

/** Where an account is written to, and whether it is to be left alone. */
export interface Contact {
  readonly accountId: string;
  readonly email: string;
  readonly name: string | null;
  readonly isVerified: boolean;
  readonly isSuspended: boolean;
  readonly createdAt: Instant;
}

export interface AdminCommands {
  /** Makes an admin, verified. Running it again changes nothing. Refuses with `identity.weak-password`. */
  createAdmin(given: {
    readonly actor: Actor;
    readonly email: string;
    readonly password: string;
  }): Promise<AdminMade>;
  /**
   * Ends the account's sessions and keeps it from starting new ones; the event has its streams ended. Suspending
   * twice changes nothing. Refuses with `request.not-found`, and with `identity.self-suspension` the own account.
   */
  suspendAccount(given: OnAccount): Promise<Account>;
  reinstateAccount(given: OnAccount): Promise<Account>;
  grantAdmin(given: OnAccount): Promise<Account>;
  listAccounts(request: PageRequest, filter: { readonly search: string | null }): Promise<Page<Account>>;
  findAccount(id: string): Promise<Account>;
  /** Addresses of accounts that still have one, in no promised order; others are left out. */
  contactsOf(accountIds: readonly string[]): Promise<readonly Contact[]>;
  /** For the admin actions of other contexts. */
  recordAudit(entry: Audited): Promise<void>;
  listAudit(request: PageRequest, filter: { readonly accountId: string | null }): Promise<Page<AuditEntry>>;
}

export const adminCommands = (deps: IdentityDeps): AdminCommands => ({
  createAdmin: (given) => adminMade(deps, given),

  suspendAccount: async (given) => {
    if (given.actor.kind === 'account' && given.actor.accountId === given.accountId)
      throw refusals.selfSuspension();
    let endedIds: readonly string[] = [];
    const account = await deps.unitOfWork.run((stores) =>
      onAccount(stores, deps, given, {
        event: 'identity.account-suspended',
        action: 'account.suspended',
        change: async (current) => {
          if (current.suspendedAt !== null) return current;
          await stores.codes.removeAll(current.id);
          const end = { accountId: current.id, reason: 'suspended', exceptId: null } as const;
          endedIds = await endAllSessions(stores, deps, end);
          return suspended(current, deps.clock.now());
        },
      }),
    );
    deps.sessionMemory?.forget(endedIds);
    return account;
  },

  reinstateAccount: (given) =>
    deps.unitOfWork.run((stores) =>
      onAccount(stores, deps, given, {
        event: 'identity.account-reinstated',
        action: 'account.reinstated',
        change: async (account) => (account.suspendedAt === null ? account : reinstated(account)),
      }),
    ),

  grantAdmin: (given) =>
    deps.unitOfWork.run((stores) =>
      onAccount(stores, deps, given, {
        event: 'identity.admin-granted',
        action: 'admin.granted',
        change: async (account) => (account.isAdmin ? account : promoted(account)),
      }),
    ),

  listAccounts: (request, filter) => deps.unitOfWork.read(({ accounts }) => accounts.list(request, filter)),

  findAccount: async (id) => {
    const account = await deps.unitOfWork.read(({ accounts }) => accounts.find(id));
    if (!account) throw refusals.notFound();
    return account;
  },

  contactsOf: async (accountIds) => {
    const accounts = await deps.unitOfWork.read((stores) => stores.accounts.findMany(accountIds));
    return accounts.filter(({ deletedAt }) => deletedAt === null).map(contactOf);
  },

  recordAudit: (entry) => deps.unitOfWork.run(({ audit }) => audit.add([audited(deps, entry)])),
  listAudit: (request, filter) => deps.unitOfWork.read(({ audit }) => audit.list(request, filter)),
});

const contactOf = (account: Account): Contact => ({
  accountId: account.id,
  email: account.email,
  name: account.name,
  isVerified: account.verifiedAt !== null,
  isSuspended: account.suspendedAt !== null,
  createdAt: account.createdAt,
});

interface Change {
  readonly event: IdentityEvent;
  readonly action: AuditEntry['action'];
  /** Gives the same account back when there is nothing to change. */
  readonly change: (account: Account) => Promise<Account>;
}

async function onAccount(
  stores: IdentityStores,
  deps: IdentityDeps,
  { actor, accountId, address }: OnAccount,
  { event, action, change }: Change,
): Promise<Account> {
  await lockAccount(stores, accountId);
  const account = await stores.accounts.find(accountId);
  if (!account || account.deletedAt !== null) throw refusals.notFound();
  const next = await change(account);
  if (next === account) return account;
  await stores.accounts.save(next);
  await stores.outbox.add([happened(deps, event, accountId)]);
  await stores.audit.add([audited(deps, { actor, action, accountId, address })]);
  return next;
}

async function adminMade(
  deps: IdentityDeps,
  { actor, email, password }: { readonly actor: Actor; readonly email: string; readonly password: string },
): Promise<AdminMade> {
  if (!isEmail(email.trim())) throw refusals.invalid('/email', 'must be an e-mail address');
  const known = await deps.unitOfWork.read(({ accounts }) => accounts.findByEmail(emailKeyOf(email)));
  if (!known) validated(deps, password, { email, name: null });
  const passwordHash = known ? null : await deps.passwords.hash(normalisePassword(password));
  return deps.unitOfWork.run(async (stores) => {
    const current = await stores.accounts.findByEmail(emailKeyOf(email));
    if (current?.isAdmin) return { accountId: current.id, outcome: 'was-admin' };
    const created = passwordHash === null ? undefined : newAdmin(deps, email, passwordHash);
    const admin = current ? adminOf(current, deps) : created;
    // It was known, and was deleted since: there is nobody to promote.
    if (!admin) throw refusals.notFound();
    await (current ? stores.accounts.save(admin) : stores.accounts.add(admin));
    const accountId = admin.id;
    await stores.outbox.add([happened(deps, 'identity.admin-granted', accountId)]);
    await stores.audit.add([audited(deps, { actor, action: 'admin.granted', accountId, address: null })]);
    return { accountId, outcome: current ? 'promoted' : 'created' };
  });
}

/** Whoever runs the process vouches for the address. Two rules, one write: one version above the stored one. */
const adminOf = (account: Account, { clock }: IdentityDeps): Account => ({
  ...promoted(verified(account, clock.now())),
  version: account.version + 1,
});

const newAdmin = (deps: IdentityDeps, email: string, passwordHash: string): Account => {
  const given = { id: deps.ids.next(), email, name: null, passwordHash, removedAfterMs: null };
  return { ...adminOf(createAccount({ ...given, now: deps.clock.now() }), deps), version: 1 };
};
