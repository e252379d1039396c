import type { Actor } from '../kernel/actor.ts';
import { actorName } from '../kernel/actor.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { AuditAction, AuditEntry } from './audit.ts';
import type { IdentityDeps } from './deps.ts';

/** What identity tells the others. None carries a code, a token, a password or an address. */
export type IdentityEvent =
  | 'identity.account-registered'
  | 'identity.account-deleted'
  | 'identity.account-removed'
  | 'identity.account-suspended'
  | 'identity.account-reinstated'
  | 'identity.admin-granted'
  | 'identity.email-taken-attempt'
  | 'identity.email-verified'
  | 'identity.password-changed'
  | 'identity.password-reset'
  | 'identity.password-reset-requested'
  | 'identity.session-ended'
  | 'identity.session-reuse-detected'
  | 'identity.session-started'
  | 'identity.sessions-ended'
  | 'identity.verification-requested';

/** What identity tells of service keys, which are the platform's and concern no account. */
export type ServiceKeyEvent = 'identity.service-key-created' | 'identity.service-key-revoked';

type Stamp = Pick<IdentityDeps, 'ids' | 'clock'>;

/** An event about an account, which is its subject; `data` names a narrower thing where there is one. */
export const happened = (
  { ids, clock }: Stamp,
  type: IdentityEvent,
  accountId: string,
  data: DomainEvent['data'] = {},
): DomainEvent => ({ id: ids.next(), type, at: clock.now(), accountId, subjectId: accountId, data });

/** An event about a service key, which is its subject. */
export const keyHappened = (
  { ids, clock }: Stamp,
  type: ServiceKeyEvent,
  keyId: string,
  data: DomainEvent['data'] = {},
): DomainEvent => ({ id: ids.next(), type, at: clock.now(), accountId: null, subjectId: keyId, data });

export interface Audited {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly accountId: string | null;
  /** `account:{id}` when left out. */
  readonly object?: string;
  readonly address: string | null;
}

export const audited = ({ ids, clock }: Stamp, given: Audited): AuditEntry => ({
  id: ids.next(),
  at: clock.now(),
  actor: actorName(given.actor),
  action: given.action,
  object: given.object ?? (given.accountId === null ? null : `account:${given.accountId}`),
  accountId: given.accountId,
  address: given.address,
});

/** Who acts where a password, a code or a refresh token was the only proof: the account, still without a session. */
export const ANONYMOUS: Actor = { kind: 'anonymous' };
