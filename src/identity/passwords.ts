import type { AccountActor } from '../kernel/actor.ts';
import { tokensRevoked, verified, withPasswordHash, type Account } from './account.ts';
import type { IdentityDeps } from './deps.ts';
import { ANONYMOUS, audited, happened } from './events.ts';
import { bookTry } from './log-in.ts';
import { isDelayed } from './login-throttle.ts';
import { lockAccount, lockedByEmail, useCode } from './mail-codes.ts';
import { normalisePassword } from './password-rules.ts';
import type { IdentityStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { validated } from './register.ts';
import { endAllSessions } from './sessions.ts';

export interface PasswordCommands {
  /**
   * Ends all other sessions. Refuses with `identity.wrong-password` (also when tried too often) and
   * `identity.weak-password`.
   */
  changePassword(given: {
    readonly actor: AccountActor;
    readonly oldPassword: string;
    readonly newPassword: string;
    readonly address: string;
  }): Promise<void>;
  /**
   * Sets a new password for whoever has the mailed code, which proves the address too, and ends all sessions.
   * Refuses with `identity.code-invalid` (known address or not) and `identity.weak-password`.
   */
  resetPassword(given: {
    readonly email: string;
    readonly code: string;
    readonly newPassword: string;
    readonly address: string;
  }): Promise<void>;
}

export const passwordCommands = (deps: IdentityDeps): PasswordCommands => ({
  changePassword: async ({ actor, oldPassword, newPassword, address }) => {
    const account = await confirmedOwner(deps, actor, oldPassword);
    validated(deps, newPassword, account);
    const passwordHash = await deps.passwords.hash(normalisePassword(newPassword));
    const { accountId, sessionId } = actor;
    const endedIds = await deps.unitOfWork.run(async (stores) => {
      const current = await unchanged(stores, account);
      await stores.accounts.save(withPasswordHash(current, passwordHash));
      await stores.codes.removeAll(accountId);
      const end = { accountId, reason: 'password-changed', exceptId: sessionId } as const;
      const ids = await endAllSessions(stores, deps, end);
      await stores.outbox.add([happened(deps, 'identity.password-changed', accountId)]);
      await stores.audit.add([audited(deps, { actor, action: 'password.changed', accountId, address })]);
      return ids;
    });
    deps.sessionMemory?.forget(endedIds);
  },

  resetPassword: async ({ email, code, newPassword, address }) => {
    validated(deps, newPassword, { email, name: null });
    const passwordHash = await deps.passwords.hash(normalisePassword(newPassword));
    const endedIds = await deps.unitOfWork.run(async (stores) => {
      const account = await lockedByEmail(stores, email);
      if (!account || account.suspendedAt !== null) return undefined;
      const right = await useCode(stores, deps, { accountId: account.id, purpose: 'reset-password', code });
      return right ? reset(stores, deps, { account, passwordHash, address }) : undefined;
    });
    if (!endedIds) throw refusals.codeInvalid();
    deps.sessionMemory?.forget(endedIds);
  },
});

async function reset(
  stores: IdentityStores,
  deps: IdentityDeps,
  given: { readonly account: Account; readonly passwordHash: string; readonly address: string },
): Promise<readonly string[]> {
  const { account, passwordHash, address } = given;
  const accountId = account.id;
  const fresh = verified(tokensRevoked(withPasswordHash(account, passwordHash)), deps.clock.now());
  // Three rules, one write: the store expects the version after the stored one.
  await stores.accounts.save({ ...fresh, version: account.version + 1 });
  await stores.codes.removeAll(accountId);
  await stores.loginThrottles.remove(accountId);
  const ids = await endAllSessions(stores, deps, { accountId, reason: 'password-reset', exceptId: null });
  const events = [happened(deps, 'identity.password-reset', accountId)];
  if (account.verifiedAt === null) events.push(happened(deps, 'identity.email-verified', accountId));
  await stores.outbox.add(events);
  await stores.audit.add([audited(deps, { actor: ANONYMOUS, action: 'password.reset', accountId, address })]);
  return ids;
}

/**
 * The signed-in account, whose password was given once more. Tries are counted for the session, so that a
 * stolen access token does not become a way to guess.
 */
export async function confirmedOwner(
  deps: IdentityDeps,
  actor: AccountActor,
  password: string,
): Promise<Account> {
  const { throttle } = deps.policy;
  const book = { key: `session ${actor.sessionId}`, freeFailures: throttle.freeFailures };
  const seen = await deps.unitOfWork.read(async (stores) => ({
    account: await stores.accounts.find(actor.accountId),
    delayed: isDelayed(await stores.loginThrottles.find(book.key), deps.systemClock.now()),
  }));
  if (!seen.account) throw refusals.notFound();
  const hash = seen.delayed ? null : seen.account.passwordHash;
  const verdict = await deps.passwords.verify(normalisePassword(password), hash);
  const right = await deps.unitOfWork.run(async (stores) => {
    await lockAccount(stores, actor.accountId);
    const now = deps.systemClock.now();
    return !seen.delayed && bookTry(stores, book, verdict !== 'wrong', { now, policy: deps.policy });
  });
  if (!right) throw refusals.wrongPassword();
  return seen.account;
}

/** The account again, locked; a password that changed since it was confirmed was not confirmed. */
export async function unchanged(stores: IdentityStores, confirmed: Account): Promise<Account> {
  await lockAccount(stores, confirmed.id);
  const current = await stores.accounts.find(confirmed.id);
  if (!current || current.deletedAt !== null) throw refusals.notFound();
  if (current.passwordHash !== confirmed.passwordHash) throw refusals.wrongPassword();
  return current;
}
