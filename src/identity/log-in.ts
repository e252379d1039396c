import type { Instant } from '../kernel/instant.ts';
import { emailKeyOf, profileOf, signedIn, type Account, type Profile } from './account.ts';
import type { IdentityDeps } from './deps.ts';
import { ANONYMOUS, audited, happened } from './events.ts';
import { failedAgain, isDelayed } from './login-throttle.ts';
import { lockAccount } from './mail-codes.ts';
import { normalisePassword } from './password-rules.ts';
import type { IdentityStores, PasswordVerdict } from './ports.ts';
import { refusals } from './refusals.ts';
import { startSession, tokenOf, type Device, type Origin, type Session } from './session.ts';

export interface SignIn extends Origin {
  readonly email: string;
  readonly password: string;
  readonly device: Device;
}

export interface LoggedIn {
  readonly access: string;
  readonly refresh: string;
  readonly tokenType: 'Bearer';
  readonly expiresInSeconds: number;
  readonly sessionId: string;
  readonly account: Profile;
}

export interface LogInCommands {
  /**
   * Starts a session. Refuses with `identity.wrong-credentials` an unknown address, a wrong password and a
   * try that came too early alike, each for the price of one hash; with `identity.email-not-verified` or
   * `identity.account-suspended` only those who know the password.
   */
  logIn(given: SignIn): Promise<LoggedIn>;
}

/** Whose tries are counted together, and how many failures are free. */
export interface TryBook {
  readonly key: string;
  readonly freeFailures: number;
}

/**
 * Books one try, inside the lock of its account. True only for a right password that was not too early: tries
 * that were weighed side by side are settled one after another, so that parallel guesses gain nothing.
 */
export async function bookTry(
  stores: IdentityStores,
  { key, freeFailures }: TryBook,
  right: boolean,
  { now, policy }: { readonly now: Instant; readonly policy: IdentityDeps['policy'] },
): Promise<boolean> {
  const throttle = await stores.loginThrottles.find(key);
  if (isDelayed(throttle, now)) return false;
  if (right) {
    if (throttle) await stores.loginThrottles.remove(key);
    return true;
  }
  const next = failedAgain(key, throttle, now, { freeFailures, policy: policy.throttle });
  await stores.loginThrottles.put(next);
  return false;
}

type Outcome =
  | { readonly account: Account; readonly session: Session }
  | 'wrongCredentials'
  | 'emailNotVerified'
  | 'accountSuspended';

export const logInCommands = (deps: IdentityDeps): LogInCommands => ({
  logIn: async (given) => {
    const seen = await deps.unitOfWork.read((stores) => glance(stores, deps, given));
    const password = normalisePassword(given.password);
    const verdict = await deps.passwords.verify(password, seen.delayed ? null : seen.passwordHash);
    const freshHash = verdict === 'right-outdated' ? await deps.passwords.hash(password) : undefined;
    const refresh = deps.refreshTokens.fresh();
    const outcome = await deps.unitOfWork.run((stores) =>
      settled(stores, deps, { given, seen, verdict, freshHash, refresh }),
    );
    if (typeof outcome === 'string') throw refusals[outcome]();
    return loggedIn(deps, outcome, refresh);
  },
});

/** The answer to a log-in and to a refresh. */
export async function loggedIn(
  deps: IdentityDeps,
  { account, session }: { readonly account: Account; readonly session: Session },
  refresh: string,
): Promise<LoggedIn> {
  const claim = { accountId: account.id, sessionId: session.id, tokenVersion: account.tokenVersion };
  const { token, expiresInSeconds } = await deps.accessTokens.issue(claim);
  const level = await deps.levels.levelOf(account.id);
  const profile = profileOf(account, level);
  return {
    access: token,
    refresh,
    tokenType: 'Bearer',
    expiresInSeconds,
    sessionId: session.id,
    account: profile,
  };
}

interface Glance {
  readonly accountId: string | null;
  readonly passwordHash: string | null;
  readonly delayed: boolean;
}

async function glance(stores: IdentityStores, deps: IdentityDeps, given: SignIn): Promise<Glance> {
  const account = await stores.accounts.findByEmail(emailKeyOf(given.email));
  if (!account || account.deletedAt !== null) return { accountId: null, passwordHash: null, delayed: false };
  const { key } = await tryBook(stores, deps, account.id, given.device);
  const throttle = await stores.loginThrottles.find(key);
  const delayed = isDelayed(throttle, deps.systemClock.now());
  return { accountId: account.id, passwordHash: account.passwordHash, delayed };
}

/** A device that has had a session of the account has a book of its own: strangers cannot delay it. */
async function tryBook(
  { sessions }: IdentityStores,
  { policy }: IdentityDeps,
  accountId: string,
  { deviceId }: Device,
): Promise<TryBook> {
  const known = deviceId !== null && (await sessions.knowsDevice(accountId, deviceId));
  return known
    ? { key: `${accountId} ${deviceId}`, freeFailures: policy.throttle.knownDeviceFreeFailures }
    : { key: accountId, freeFailures: policy.throttle.freeFailures };
}

interface Attempt {
  readonly given: SignIn;
  readonly seen: Glance;
  readonly verdict: PasswordVerdict;
  readonly freshHash: string | undefined;
  readonly refresh: string;
}

async function settled(stores: IdentityStores, deps: IdentityDeps, attempt: Attempt): Promise<Outcome> {
  const { given, seen } = attempt;
  const account = seen.accountId === null ? undefined : await lockedAccount(stores, seen.accountId);
  if (!account || !(await proven(stores, deps, account, attempt))) {
    await stores.audit.add([
      audited(deps, {
        actor: ANONYMOUS,
        action: 'login.failed',
        accountId: account?.id ?? null,
        address: given.address,
      }),
    ]);
    return 'wrongCredentials';
  }
  if (account.suspendedAt !== null) return 'accountSuspended';
  const unverified = account.verifiedAt === null && !account.isAdmin;
  if (unverified && deps.policy.emailVerification === 'required') return 'emailNotVerified';
  return started(stores, deps, account, attempt);
}

async function lockedAccount(stores: IdentityStores, id: string): Promise<Account | undefined> {
  await lockAccount(stores, id);
  return stores.accounts.find(id);
}

async function proven(
  stores: IdentityStores,
  deps: IdentityDeps,
  account: Account,
  { given, seen, verdict }: Attempt,
): Promise<boolean> {
  // What was weighed against a hash that is gone (password changed meanwhile), or against none, proves nothing.
  if (seen.delayed || account.passwordHash !== seen.passwordHash) return false;
  const book = await tryBook(stores, deps, account.id, given.device);
  const now = deps.systemClock.now();
  return bookTry(stores, book, verdict !== 'wrong', { now, policy: deps.policy });
}

async function started(
  stores: IdentityStores,
  deps: IdentityDeps,
  account: Account,
  { given, freshHash, refresh }: Attempt,
): Promise<Outcome> {
  const session = startSession(
    {
      ...given.device,
      id: deps.ids.next(),
      accountId: account.id,
      address: given.address,
      userAgent: given.userAgent,
      tokenDigest: deps.refreshTokens.digest(refresh),
    },
    deps.systemClock.now(),
    deps.policy,
  );
  await stores.sessions.add(session);
  await stores.sessions.addToken(tokenOf(session));
  const after = signedIn(account, freshHash);
  if (after !== account) await stores.accounts.save(after);
  await stores.outbox.add([
    happened(deps, 'identity.session-started', account.id, { sessionId: session.id }),
  ]);
  const object = `session:${session.id}`;
  const actor = {
    kind: 'account',
    accountId: account.id,
    sessionId: session.id,
    isAdmin: account.isAdmin,
  } as const;
  await stores.audit.add([
    audited(deps, {
      actor,
      action: 'login.succeeded',
      accountId: account.id,
      object,
      address: given.address,
    }),
  ]);
  return { account: after, session };
}
