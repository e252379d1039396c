import type { DenialReason } from '../kernel/access-level.ts';
import { refusal } from '../kernel/domain-error.ts';
import { SECOND, toRfc3339, type Instant } from '../kernel/instant.ts';
import { notFound } from '../kernel/not-found.ts';
import type { Usage } from './usage.ts';

export const refusals = {
  notFound,
  notAMeter: refusal(
    'conflict',
    'entitlements.not-a-meter',
    'This feature is not used up: it is a flag or a limit.',
  ),
  notInPlan: refusal(
    'forbidden',
    'entitlements.not-in-plan',
    'The account does not have this feature.',
    (reason: DenialReason) => ({ reason }),
  ),
  limitReached: refusal(
    'forbidden',
    'entitlements.limit-reached',
    'Not enough is left of this feature.',
    ({ feature, used, limit, remaining, resetsAt }: Usage) => ({
      reason: 'limit_reached' satisfies DenialReason,
      ...{ feature, used, limit, remaining },
      resets_at: resetsAt === null ? null : toRfc3339(resetsAt),
    }),
  ),
  rateExceeded: refusal(
    'limited',
    'entitlements.rate-exceeded',
    'This feature is being used too fast.',
    ({ until, now, max }: { readonly until: Instant; readonly now: Instant; readonly max: number }) => ({
      retry_after_seconds: Math.max(1, Math.ceil((until - now) / SECOND)),
      max,
    }),
  ),
  amountExceedsRate: refusal(
    'conflict',
    'entitlements.amount-exceeds-rate',
    'So much of this feature is never given at once.',
    (max: number) => ({ max }),
  ),
  grantExpired: refusal('invalid', 'entitlements.grant-expired', 'The grant would have expired already.'),
  tooManyGrants: refusal(
    'conflict',
    'entitlements.too-many-grants',
    'The account has as many grants of this feature as it can have at a time.',
    (most: number) => ({ most }),
  ),
  commitsTooMuch: refusal(
    'conflict',
    'entitlements.commits-too-much',
    'No more can be committed than was reserved.',
    (reserved: number) => ({ reserved }),
  ),
  reservationClosed: refusal(
    'conflict',
    'entitlements.reservation-closed',
    'The reservation was ended in another way.',
    (status: string) => ({ reservation_status: status }),
  ),
  reservationExpired: refusal('gone', 'entitlements.reservation-expired', 'The reservation has expired.'),
};
