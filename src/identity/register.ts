import {
  createAccount,
  emailKeyOf,
  isEmail,
  NAME_LENGTH,
  profileOf,
  type Account,
  type Profile,
} from './account.ts';
import type { IdentityDeps } from './deps.ts';
import { ANONYMOUS, audited, happened } from './events.ts';
import { lockAccount, mayMail, requestCode } from './mail-codes.ts';
import { normalisePassword, passwordFault, type PasswordOwner } from './password-rules.ts';
import type { IdentityStores } from './ports.ts';
import { refusals } from './refusals.ts';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name: string | null;
  readonly address: string;
}

export interface RegisterCommands {
  /**
   * Opens an account. In `optional` mode it answers with it, or refuses with `identity.email-taken`; in
   * `required` mode it answers undefined whether or not the address was known, and the mail tells its owner.
   * Refuses with `identity.weak-password`.
   */
  register(given: Registration): Promise<Profile | undefined>;
}

export const validated = (deps: IdentityDeps, password: string, owner: PasswordOwner): void => {
  const fault = passwordFault(password, owner, {
    policy: deps.policy.password,
    common: deps.commonPasswords,
  });
  if (fault !== undefined) throw refusals.weakPassword(fault);
};

export const registerCommands = (deps: IdentityDeps): RegisterCommands => ({
  register: async (given) => {
    if (!isEmail(given.email.trim())) throw refusals.invalid('/email', 'must be an e-mail address');
    if ([...(given.name ?? '')].length > NAME_LENGTH) throw refusals.invalid('/name', 'is too long');
    validated(deps, given.password, given);
    // Hashed before anybody looks whether the address is known, so that the time is the same.
    const passwordHash = await deps.passwords.hash(normalisePassword(given.password));
    const required = deps.policy.emailVerification === 'required';
    const account = await deps.unitOfWork.run(async (stores) => {
      const known = await stores.accounts.findByEmail(emailKeyOf(given.email));
      if (!known) return opened(stores, deps, { ...given, passwordHash });
      if (!required) throw refusals.emailTaken();
      await answeredByMail(stores, deps, known);
      return undefined;
    });
    return account && !required ? profileOf(account, 'free') : undefined;
  },
});

async function opened(
  stores: IdentityStores,
  deps: IdentityDeps,
  given: Registration & { readonly passwordHash: string },
): Promise<Account> {
  const required = deps.policy.emailVerification === 'required';
  const account = createAccount({
    id: deps.ids.next(),
    email: given.email,
    name: given.name?.trim() || null,
    passwordHash: given.passwordHash,
    now: deps.clock.now(),
    removedAfterMs: required ? deps.policy.unverifiedLifeMs : null,
  });
  await stores.accounts.add(account);
  await stores.outbox.add([happened(deps, 'identity.account-registered', account.id)]);
  const { address } = given;
  await stores.audit.add([
    audited(deps, { actor: ANONYMOUS, action: 'account.registered', accountId: account.id, address }),
  ]);
  await requestCode(stores, deps, { account, purpose: 'verify-email' });
  return account;
}

/** Whoever owns a known address learns of the attempt; whoever made the attempt learns nothing. */
async function answeredByMail(stores: IdentityStores, deps: IdentityDeps, known: Account): Promise<void> {
  if (known.suspendedAt !== null) return;
  await lockAccount(stores, known.id);
  if (known.verifiedAt === null) {
    await requestCode(stores, deps, { account: known, purpose: 'verify-email' });
  } else if (await mayMail(stores, deps, known)) {
    await stores.outbox.add([happened(deps, 'identity.email-taken-attempt', known.id)]);
  }
}
