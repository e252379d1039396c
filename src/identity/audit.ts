import type { Instant } from '../kernel/instant.ts';

export type AuditAction =
  | 'account.registered'
  | 'account.deleted'
  | 'account.suspended'
  | 'account.reinstated'
  | 'admin.granted'
  | 'email.verified'
  | 'login.failed'
  | 'login.succeeded'
  | 'password.changed'
  | 'password.reset'
  | 'service-key.created'
  | 'service-key.revoked'
  | 'session.ended'
  | 'session.reuse-detected'
  | (string & {});

/** One line of the append-only audit log: who did what to what, from where. Holds no secret. */
export interface AuditEntry {
  readonly id: string;
  readonly at: Instant;
  /** As `actorName` names them. */
  readonly actor: string;
  readonly action: AuditAction;
  /** `kind:id`, or null where there is none (a log-in with an unknown address). */
  readonly object: string | null;
  /** The account concerned. */
  readonly accountId: string | null;
  readonly address: string | null;
}
