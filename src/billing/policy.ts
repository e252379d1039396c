import { DAY, HOUR, MINUTE } from '../kernel/instant.ts';
import { oncePolicy, type OncePolicy } from '../kernel/once.ts';

/** Numbers of the rules that an operator may set. */
export interface BillingPolicy {
  /**
   * An open purchase younger than this (since the gateway was last asked) is somebody's who is still at it.
   * Must be longer than the gateway's time-out.
   */
  readonly staleSeconds: number;
  /** What callers beside an open purchase are told to wait. */
  readonly retryAfterSeconds: number;
  /** Milliseconds from one question about an unknown outcome to the next; after the last nobody asks by himself. */
  readonly checkDelays: readonly number[];
  /** Hours until the collection from a suspended account is looked at again. */
  readonly collectAgainHours: number;
  /** Missed terms that one run collects from a subscription, one by one; the next run goes on. */
  readonly collectTermsAtOnce: number;
  /**
   * What one purchase pays for overage at most, in minor units; what is beyond waits for the next. Not less than
   * a unit may cost (as much as a plan), lest it wait for ever.
   */
  readonly mostOverageMinor: number;
  /** How long a payment waits for its payer to act. */
  readonly awaitPayerHours: number;
  /** Milliseconds from one try of a refund to the next; the last repeats until the gateway has answered. */
  readonly refundDelays: readonly number[];
  readonly once: OncePolicy;
}

export const billingPolicy: BillingPolicy = {
  staleSeconds: 30,
  retryAfterSeconds: 2,
  checkDelays: [5 * MINUTE, HOUR, DAY, DAY, DAY, DAY, DAY],
  collectAgainHours: 24,
  collectTermsAtOnce: 12,
  mostOverageMinor: 10_000_000_000,
  awaitPayerHours: 23,
  refundDelays: [5 * MINUTE, HOUR, DAY],
  once: oncePolicy,
};
