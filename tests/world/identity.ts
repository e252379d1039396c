import { createHash, randomUUID } from 'node:crypto';
import { commonPasswords } from '../../adapters/security/common-passwords.ts';
import { memoryPictures } from '../../adapters/media/pictures.ts';
import { newServerKey, refreshTokens, serverSecrets } from '../../adapters/security/secrets.ts';
import { serviceKeys } from '../../adapters/security/service-keys.ts';
import { createIdentity, identityPolicy } from '../../src/identity/index.ts';
import type { AccountActor } from '../../src/kernel/actor.ts';
import type {
  Identity,
  IdentityDeps,
  IdentityPolicy,
  IdentityStores,
  LoggedIn,
  Passwords,
  SignIn,
} from '../../src/identity/index.ts';
import { after, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { HOME } from './accounts.ts';
import { NOW } from './subscriptions.ts';

export { account, HOME, serviceKey, session } from './accounts.ts';

/** Accounts and sessions as the tests speak of them. */

export const PASSWORD = 'three blind mice';

export interface TurnableClock extends Clock {
  advance(milliseconds: number): void;
}

export function turnableClock(start: Instant = NOW): TurnableClock {
  let now = start;
  return {
    now: () => now,
    advance: (milliseconds) => {
      now = after(now, milliseconds);
    },
  };
}

export interface CountingPasswords extends Passwords {
  /** Hashes computed since the last time asked: what a log-in costs. */
  spent(): number;
  /** From here on, hashes made before are of outdated parameters. */
  changeParameters(): void;
}

/** SHA-256 in place of argon2: as one-way for a test, and a thousand times cheaper. */
export function cheapPasswords(): CountingPasswords {
  let count = 0;
  let parameters = 1;
  const digest = (password: string): string => createHash('sha256').update(password).digest('hex');
  return {
    hash: async (password) => {
      count += 1;
      return `${parameters}:${digest(password)}`;
    },
    verify: async (password, stored) => {
      count += 1;
      const [madeWith, hash] = (stored ?? '').split(':');
      if (hash !== digest(password)) return 'wrong';
      return madeWith === String(parameters) ? 'right' : 'right-outdated';
    },
    spent: () => {
      const spent = count;
      count = 0;
      return spent;
    },
    changeParameters: () => {
      parameters += 1;
    },
  };
}

export interface IdentityWorld {
  readonly identity: Identity;
  readonly stores: UnitOfWork<IdentityStores>;
  readonly deps: IdentityDeps;
  readonly passwords: CountingPasswords;
  /** The world's clock and the system's. */
  readonly clock: TurnableClock;
  readonly systemClock: TurnableClock;
  /** Codes that the outbox asked to have mailed, newest last. */
  code(email: string, purpose: 'verify-email' | 'reset-password'): Promise<string>;
  register(email?: string): Promise<string>;
  logIn(changes?: Partial<SignIn> & { readonly deviceId?: string | null }): Promise<LoggedIn>;
}

export const EMAIL = 'ada@example.com';

/** Identity on given stores, with cheap hashes and clocks that the test turns. */
export function identityWorld(
  stores: UnitOfWork<IdentityStores>,
  policy: Partial<IdentityPolicy> = {},
  changes: Partial<IdentityDeps> = {},
): IdentityWorld {
  const clock = turnableClock();
  const systemClock = turnableClock();
  const passwords = cheapPasswords();
  const serverKeys = [newServerKey()] as const;
  const deps: IdentityDeps = {
    unitOfWork: stores,
    clock,
    systemClock,
    ids: { next: randomUUID },
    policy: { ...identityPolicy, ...policy },
    passwords,
    commonPasswords,
    accessTokens: {
      issue: async ({ sessionId, tokenVersion }) => ({
        token: `access ${sessionId} ${tokenVersion}`,
        expiresInSeconds: 600,
      }),
    },
    refreshTokens: refreshTokens(serverKeys),
    secrets: serverSecrets(serverKeys),
    serviceKeys,
    pictures: memoryPictures({ publicUrl: '' }),
    levels: { levelOf: async () => 'free' },
    accountUse: { everUsed: async () => [] },
    exportParts: () => [],
    ...changes,
  };
  const identity = createIdentity(deps);
  return {
    identity,
    stores,
    deps,
    passwords,
    clock,
    systemClock,
    code: async (email, purpose) => {
      const code = await stores.read(async ({ accounts, codes }) => {
        const owner = await accounts.findByEmail(email);
        return owner && codes.find(owner.id, purpose);
      });
      const mail = code && (await identity.codeMail(code.id));
      if (!mail) throw new Error(`no code was mailed to ${email}`);
      return mail.code;
    },
    register: async (email = EMAIL) => {
      await identity.register({ email, password: PASSWORD, name: null, address: HOME.address });
      const made = await stores.read(({ accounts }) => accounts.findByEmail(email));
      if (!made) throw new Error(`${email} was not registered`);
      return made.id;
    },
    logIn: ({ deviceId = null, ...given } = {}) =>
      identity.logIn({
        email: EMAIL,
        password: PASSWORD,
        device: { deviceId, deviceName: null },
        ...HOME,
        ...given,
      }),
  };
}

/** Who a log-in made the caller. */
export const actorOf = ({ account: { id }, sessionId }: LoggedIn): AccountActor => ({
  kind: 'account',
  accountId: id,
  sessionId,
  isAdmin: false,
});

/** The code that a command was refused with; `accepted` when it was not. */
export async function refusalOf(command: Promise<unknown>): Promise<string> {
  try {
    await command;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
