import type { Instant } from '../kernel/instant.ts';

/**
 * What a service key may be allowed: to ask what any account may do, to use up any account's meters. A closed
 * list, so that nobody gives out what no route asks for.
 */
export const SERVICE_SCOPES = ['entitlements:read', 'usage:write'] as const;
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

/** How each key begins: scanners for lost secrets know it by this, and the edge tells it from an access token. */
export const SERVICE_KEY_PREFIX = 'usk_';
/** The characters of a key that are kept to recognise it by: what is left unknown has more than 200 bits. */
const SHOWN_LENGTH = 10;

export const SERVICE_KEY_NAME_LENGTH = 100;

/** The key of another back end. It belongs to the platform and outlives whoever made it. */
export interface ServiceKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ServiceScope[];
  /** How the key begins. */
  readonly prefix: string;
  /** The key itself is nowhere. */
  readonly digest: string;
  /** The account of an admin. */
  readonly createdBy: string;
  readonly createdAt: Instant;
  /** To within the policy's `usedAgainMs`. */
  readonly lastUsedAt: Instant | null;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
}

export interface ServiceKeyDraft {
  readonly name: string;
  readonly scopes: readonly ServiceScope[];
  /** Null: until it is revoked. */
  readonly expiresAt: Instant | null;
}

export interface ServiceKeyFault {
  readonly pointer: string;
  readonly detail: string;
}

/** What is wrong with a draft, if anything. */
export function serviceKeyFault(
  { name, scopes, expiresAt }: ServiceKeyDraft,
  now: Instant,
): ServiceKeyFault | undefined {
  const length = [...name.trim()].length;
  if (length === 0) return { pointer: '/name', detail: 'must not be empty' };
  if (length > SERVICE_KEY_NAME_LENGTH) return { pointer: '/name', detail: 'is too long' };
  if (scopes.length === 0) return { pointer: '/scopes', detail: 'must name at least one' };
  const unknown = scopes.findIndex((scope) => !SERVICE_SCOPES.includes(scope));
  if (unknown !== -1) return { pointer: `/scopes/${unknown}`, detail: 'is no scope' };
  if (expiresAt !== null && expiresAt <= now)
    return { pointer: '/expires_at', detail: 'must be in the future' };
  return undefined;
}

export interface IssuedKey {
  readonly id: string;
  /** The key itself; only its beginning goes into the record. */
  readonly key: string;
  readonly digest: string;
  readonly createdBy: string;
  readonly now: Instant;
}

export const issueServiceKey = (
  { name, scopes, expiresAt }: ServiceKeyDraft,
  { id, key, digest, createdBy, now }: IssuedKey,
): ServiceKey => ({
  id,
  name: name.trim(),
  scopes: [...new Set(scopes)],
  prefix: key.slice(0, SHOWN_LENGTH),
  digest,
  createdBy,
  createdAt: now,
  lastUsedAt: null,
  expiresAt,
  revokedAt: null,
});

export const isLiveKey = (
  { revokedAt, expiresAt }: Pick<ServiceKey, 'revokedAt' | 'expiresAt'>,
  now: Instant,
): boolean => revokedAt === null && (expiresAt === null || now < expiresAt);
