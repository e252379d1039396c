import { oncePolicy, type OncePolicy } from '../kernel/once.ts';
import type { Granted } from './granted.ts';

/** What accounts have without a plan, what plans that say nothing of channels give, and the bounds of usage. */
export interface EntitlementPolicy {
  readonly freeMaxDevices: number;
  readonly freeMaxHeight: number;
  readonly freeChannels: number;
  readonly premiumChannels: number;
  /** Features of accounts without a plan; their days and months are counted from the account's creation. */
  readonly freeFeatures: readonly Granted[];
  /** Units of one command. */
  readonly maxAmount: number;
  readonly reservationSeconds: number;
  readonly maxReservationSeconds: number;
  /** Living grants of one meter of which something is left: each is looked at for every unit. */
  readonly maxGrants: number;
  /**
   * As far back as can be explained: so long the log of a meter is kept, and reservations that ended and grants that
   * lapsed.
   */
  readonly keepUsageDays: number;
  readonly once: OncePolicy;
}

/** The free policy of the product: free titles, 480p, 1 device, 5 channels; premium: 10 channels. */
export const entitlementPolicy: EntitlementPolicy = {
  freeMaxDevices: 1,
  freeMaxHeight: 480,
  freeChannels: 5,
  premiumChannels: 10,
  freeFeatures: [],
  maxAmount: 1_000_000_000,
  reservationSeconds: 300,
  maxReservationSeconds: 86_400,
  maxGrants: 100,
  keepUsageDays: 400,
  once: oncePolicy,
};
