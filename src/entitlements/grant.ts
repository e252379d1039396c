import type { Instant } from '../kernel/instant.ts';
import { refusals } from './refusals.ts';

export const GRANT_SOURCES = ['gift', 'top_up'] as const;
export type GrantSource = (typeof GRANT_SOURCES)[number];

/** Units given beside the plan: bought (a top-up) or as a gift. They are the account's until they lapse. */
export interface Grant {
  readonly id: string;
  readonly accountId: string;
  readonly feature: string;
  readonly source: GrantSource;
  readonly amount: number;
  readonly used: number;
  /** What is burnt first: the lowest. What a plan grants has `PLAN_PRIORITY`. */
  readonly priority: number;
  /** Null: they never lapse. */
  readonly expiresAt: Instant | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly version: number;
}

export const PLAN_PRIORITY = 100;

export const isAlive = ({ expiresAt }: Pick<Grant, 'expiresAt'>, now: Instant): boolean =>
  expiresAt === null || expiresAt > now;

export interface NewGrant {
  readonly accountId: string;
  readonly feature: string;
  readonly source: GrantSource;
  readonly amount: number;
  readonly priority: number | null;
  readonly expiresAt: Instant | null;
}

/** Refuses with `entitlements.grant-expired` one that would never hold. */
export function createGrant(
  given: NewGrant,
  made: { readonly id: string; readonly now: Instant; readonly by: string },
): Grant {
  const { id, now, by } = made;
  if (!isAlive(given, now)) throw refusals.grantExpired();
  return {
    ...given,
    id,
    used: 0,
    priority: given.priority ?? PLAN_PRIORITY,
    createdAt: now,
    createdBy: by,
    version: 1,
  };
}
