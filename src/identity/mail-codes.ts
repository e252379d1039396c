import type { Instant } from '../kernel/instant.ts';
import { emailKeyOf, verified, type Account } from './account.ts';
import { issueCode, isUsable, missed, type CodePurpose } from './code.ts';
import type { IdentityDeps } from './deps.ts';
import { ANONYMOUS, audited, happened, type IdentityEvent } from './events.ts';
import { mailboxOf, withMail } from './mail-quota.ts';
import type { IdentityStores } from './ports.ts';
import { refusals } from './refusals.ts';

/** What the mail about a code needs: where it goes, and the code, derived again from its id. */
export interface CodeMail {
  readonly to: string;
  readonly name: string | null;
  readonly purpose: CodePurpose;
  readonly code: string;
  readonly expiresAt: Instant;
}

export interface CodeCommands {
  /** Proves an address. Refuses with `identity.code-invalid`, whether the address is known or not. */
  verifyEmail(given: {
    readonly email: string;
    readonly code: string;
    readonly address: string;
  }): Promise<void>;
  /** Sends a new code, unless the address is unknown, proven, or was written to too often. Never tells which. */
  resendVerification(given: { readonly email: string }): Promise<void>;
  /** Sends a code to reset the password with; never tells whether the address is known. */
  forgotPassword(given: { readonly email: string }): Promise<void>;
  /** The mail about a code; undefined when it was superseded, used or has expired, and no mail is due. */
  codeMail(codeId: string): Promise<CodeMail | undefined>;
}

const EVENT_OF: Readonly<Record<CodePurpose, IdentityEvent>> = {
  'verify-email': 'identity.verification-requested',
  'reset-password': 'identity.password-reset-requested',
};

/** Locks an account's log-ins, codes and password against one another. */
export const lockAccount = (stores: IdentityStores, accountId: string): Promise<void> =>
  stores.lock(`identity ${accountId}`);

/** Counts one more mail to an account's address; false when there were too many of late. */
export async function mayMail(
  stores: IdentityStores,
  deps: IdentityDeps,
  account: Account,
): Promise<boolean> {
  const recipient = deps.secrets.recipientOf(mailboxOf(account.emailKey));
  await stores.lock(`mail ${recipient}`);
  const now = deps.systemClock.now();
  const quota = withMail(recipient, await stores.mailQuotas.find(recipient), now, deps.policy);
  if (!quota) return false;
  await stores.mailQuotas.put(quota);
  return true;
}

/** Issues a code and has it mailed. Over the mail limit nothing happens, and the former code stays good. */
export async function requestCode(
  stores: IdentityStores,
  deps: IdentityDeps,
  { account, purpose }: { readonly account: Account; readonly purpose: CodePurpose },
): Promise<void> {
  if (!(await mayMail(stores, deps, account))) return;
  const id = deps.ids.next();
  const [code] = deps.secrets.codesOf(id);
  const digest = deps.secrets.digestOfCode(id, code);
  const given = { id, accountId: account.id, purpose, digest };
  await stores.codes.put(issueCode(given, deps.systemClock.now(), deps.policy));
  await stores.outbox.add([happened(deps, EVENT_OF[purpose], account.id, { codeId: id })]);
}

/** Uses a code up. A wrong try is counted, so the caller must commit even when this says no. */
export async function useCode(
  stores: IdentityStores,
  deps: IdentityDeps,
  given: { readonly accountId: string; readonly purpose: CodePurpose; readonly code: string },
): Promise<boolean> {
  const code = await stores.codes.find(given.accountId, given.purpose);
  if (!code || !isUsable(code, deps.systemClock.now())) return false;
  if (!deps.secrets.codeMatches(code.id, given.code, code.digest)) {
    await stores.codes.put(missed(code));
    return false;
  }
  await stores.codes.remove(code.id);
  return true;
}

/** The account of an address, locked until the unit of work ends. */
export async function lockedByEmail(stores: IdentityStores, email: string): Promise<Account | undefined> {
  const found = await stores.accounts.findByEmail(emailKeyOf(email));
  if (!found) return undefined;
  await lockAccount(stores, found.id);
  return stores.accounts.find(found.id);
}

export const codeCommands = (deps: IdentityDeps): CodeCommands => ({
  verifyEmail: async ({ email, code, address }) => {
    const proven = await deps.unitOfWork.run(async (stores) => {
      const account = await lockedByEmail(stores, email);
      if (!account) return false;
      const right = await useCode(stores, deps, { accountId: account.id, purpose: 'verify-email', code });
      if (!right) return false;
      await stores.accounts.save(verified(account, deps.clock.now()));
      await stores.outbox.add([happened(deps, 'identity.email-verified', account.id)]);
      await stores.audit.add([
        audited(deps, { actor: ANONYMOUS, action: 'email.verified', accountId: account.id, address }),
      ]);
      return true;
    });
    if (!proven) throw refusals.codeInvalid();
  },

  resendVerification: ({ email }) =>
    deps.unitOfWork.run(async (stores) => {
      const account = await lockedByEmail(stores, email);
      if (!account || account.verifiedAt !== null || account.suspendedAt !== null) return;
      await requestCode(stores, deps, { account, purpose: 'verify-email' });
    }),

  forgotPassword: ({ email }) =>
    deps.unitOfWork.run(async (stores) => {
      const account = await lockedByEmail(stores, email);
      if (!account || account.suspendedAt !== null) return;
      await requestCode(stores, deps, { account, purpose: 'reset-password' });
    }),

  codeMail: (codeId) =>
    deps.unitOfWork.read(async (stores) => {
      const code = await stores.codes.findById(codeId);
      if (!code || !isUsable(code, deps.systemClock.now())) return undefined;
      const account = await stores.accounts.find(code.accountId);
      const digits = deps.secrets
        .codesOf(codeId)
        .find((each) => deps.secrets.codeMatches(codeId, each, code.digest));
      if (!account || digits === undefined) return undefined;
      const { email: to, name } = account;
      return { to, name, purpose: code.purpose, code: digits, expiresAt: code.expiresAt };
    }),
});
