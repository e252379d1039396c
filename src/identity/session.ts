import { after, earlier, type Instant } from '../kernel/instant.ts';
import type { IdentityPolicy } from './policy.ts';

export type EndReason =
  | 'log-out'
  | 'ended-by-owner'
  | 'password-changed'
  | 'password-reset'
  | 'reuse'
  | 'suspended'
  | 'account-deleted';

/** A sign-in of one device: a family of refresh tokens, of which one is live. */
export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly address: string;
  readonly userAgent: string | null;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant;
  /** Sliding; never beyond `absoluteExpiresAt`. */
  readonly expiresAt: Instant;
  readonly absoluteExpiresAt: Instant;
  readonly endedAt: Instant | null;
  readonly endReason: EndReason | null;
  /** Number of the live token; the first is 1. */
  readonly generation: number;
  /** Digest of the live token; earlier ones are in `session_tokens`. */
  readonly tokenDigest: string;
  readonly rotatedAt: Instant;
  readonly version: number;
}

/** One refresh token of a session that was ever given out, by its digest. */
export interface SessionToken {
  readonly digest: string;
  readonly sessionId: string;
  readonly generation: number;
}

export interface Device {
  readonly deviceId: string | null;
  readonly deviceName: string | null;
}

/** From where a command comes, for the list of sessions and the audit log. */
export interface Origin {
  readonly address: string;
  readonly userAgent: string | null;
}

export interface NewSession extends Device, Origin {
  readonly id: string;
  readonly accountId: string;
  readonly tokenDigest: string;
}

export const startSession = (
  given: NewSession,
  now: Instant,
  { refresh }: Pick<IdentityPolicy, 'refresh'>,
): Session => ({
  id: given.id,
  accountId: given.accountId,
  deviceId: given.deviceId,
  deviceName: given.deviceName,
  address: given.address,
  userAgent: given.userAgent,
  createdAt: now,
  lastUsedAt: now,
  expiresAt: earlier(after(now, refresh.slidingMs), after(now, refresh.absoluteMs)),
  absoluteExpiresAt: after(now, refresh.absoluteMs),
  endedAt: null,
  endReason: null,
  generation: 1,
  tokenDigest: given.tokenDigest,
  rotatedAt: now,
  version: 1,
});

export const isLive = (session: Session, now: Instant): boolean =>
  session.endedAt === null && now < session.expiresAt;

export type RefreshVerdict = 'rotate' | 'repeat' | 'reuse' | 'dead';

/**
 * What a presented token is worth. Only the immediately previous one is forgiven, and briefly: a client whose
 * answer was lost, or two of its requests at once. Any other old token means that somebody has a copy.
 */
export function refreshVerdict(
  session: Session,
  generation: number,
  now: Instant,
  { refresh }: Pick<IdentityPolicy, 'refresh'>,
): RefreshVerdict {
  if (!isLive(session, now)) return 'dead';
  if (generation === session.generation) return 'rotate';
  const previous = generation === session.generation - 1;
  return previous && now < after(session.rotatedAt, refresh.graceMs) ? 'repeat' : 'reuse';
}

export const rotated = (
  session: Session,
  tokenDigest: string,
  now: Instant,
  { refresh }: Pick<IdentityPolicy, 'refresh'>,
): Session => ({
  ...session,
  tokenDigest,
  generation: session.generation + 1,
  rotatedAt: now,
  lastUsedAt: now,
  expiresAt: earlier(after(now, refresh.slidingMs), session.absoluteExpiresAt),
  version: session.version + 1,
});

export const ended = (session: Session, endReason: EndReason, now: Instant): Session => ({
  ...session,
  endedAt: now,
  endReason,
  version: session.version + 1,
});

export const tokenOf = (session: Session): SessionToken => ({
  digest: session.tokenDigest,
  sessionId: session.id,
  generation: session.generation,
});
