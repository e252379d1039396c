import { after, type Instant } from '../kernel/instant.ts';
import type { IdentityPolicy } from './policy.ts';

/** Failed tries of one password, counted for all strangers together and for each known device alone. */
export interface LoginThrottle {
  readonly key: string;
  readonly failures: number;
  /** No try counts before this. */
  readonly opensAt: Instant;
  /** When the failures are forgotten. */
  readonly forgottenAt: Instant;
}

export const isDelayed = (throttle: LoginThrottle | undefined, now: Instant): boolean =>
  throttle !== undefined && now < throttle.opensAt;

/** The delay after so many failures in a row, in milliseconds: none at first, then doubling up to a bound. */
export function delayAfter(
  failures: number,
  freeFailures: number,
  policy: IdentityPolicy['throttle'],
): number {
  if (failures <= freeFailures) return 0;
  // The exponent is bounded: 2 ** 1100 is Infinity.
  const doublings = Math.min(failures - freeFailures - 1, 40);
  return Math.min(policy.firstDelayMs * 2 ** doublings, policy.maxDelayMs);
}

/** The throttle after one more failure; failures long ago do not count. */
export function failedAgain(
  key: string,
  throttle: LoginThrottle | undefined,
  now: Instant,
  { freeFailures, policy }: { readonly freeFailures: number; readonly policy: IdentityPolicy['throttle'] },
): LoginThrottle {
  const remembered = throttle && now < throttle.forgottenAt ? throttle.failures : 0;
  const failures = remembered + 1;
  return {
    key,
    failures,
    opensAt: after(now, delayAfter(failures, freeFailures, policy)),
    forgottenAt: after(now, policy.forgetMs),
  };
}
