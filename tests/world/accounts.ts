import { createAccount, type Account } from '../../src/identity/account.ts';
import { identityPolicy } from '../../src/identity/policy.ts';
import { issueServiceKey, SERVICE_SCOPES, type ServiceKey } from '../../src/identity/service-key.ts';
import { startSession, type Session } from '../../src/identity/session.ts';
import { nextId, NOW } from './subscriptions.ts';

/** Accounts and their sessions as records, for whoever keeps them. */

export const HOME = { address: '192.0.2.1', userAgent: 'tests' };

export const account = (changes: Partial<Account> = {}): Account => {
  const id = nextId();
  const email = `viewer-${id.slice(-4)}@example.com`;
  const made = createAccount({ id, email, name: null, passwordHash: 'hash', now: NOW, removedAfterMs: null });
  return { ...made, ...changes };
};

export const session = (changes: Partial<Session> = {}): Session => {
  const id = nextId();
  const given = {
    id,
    accountId: nextId(),
    deviceId: null,
    deviceName: null,
    ...HOME,
    tokenDigest: `digest ${id}`,
  };
  return { ...startSession(given, NOW, identityPolicy), ...changes };
};

export const serviceKey = (changes: Partial<ServiceKey> = {}): ServiceKey => {
  const id = nextId();
  const draft = { name: 'Billing bridge', scopes: SERVICE_SCOPES, expiresAt: null };
  const issued = { id, key: `usk_${id}`, digest: `digest ${id}`, createdBy: nextId(), now: NOW };
  return { ...issueServiceKey(draft, issued), ...changes };
};
