import type { AccessLevel, DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { PlanFeature } from './plan.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';

/** A term, half-open. */
export interface Term {
  readonly start: Instant;
  readonly end: Instant;
}

/** What a subscription that gives access grants. */
export interface PlanGrant {
  readonly subscriptionId: string;
  readonly planId: string;
  readonly termsVersion: number;
  readonly status: SubscriptionStatus;
  readonly maxDevices: number;
  /** Greatest picture height in lines. */
  readonly maxHeight: number;
  readonly features: readonly PlanFeature[];
  /** Days and months of meters turn here. */
  readonly anchor: Instant;
  /** The running term: what `per: term` counts in. */
  readonly term: Term;
}

/**
 * What an account may have now because of its subscription. `grant` is null exactly when `reason` is not:
 * the account then has what the free policy gives.
 */
export interface Access {
  readonly level: AccessLevel;
  readonly reason: DenialReason | null;
  /** The next instant at which this answer changes by itself; null when none is known. */
  readonly until: Instant | null;
  readonly grant: PlanGrant | null;
}
