import { after, SECOND, type Instant } from '../kernel/instant.ts';

export type NoticeKind =
  | 'verification-code'
  | 'password-reset-code'
  | 'address-taken'
  | 'password-changed'
  | 'session-reused'
  | 'subscription-started'
  | 'trial-started'
  | 'subscription-renewed'
  | 'subscription-ending'
  | 'subscription-renewing'
  | 'subscription-paused'
  | 'subscription-resumed'
  | 'plan-changed'
  | 'subscription-ended'
  | 'payment-failed'
  | 'renewal-failed'
  | 'refunded'
  | 'receipt';

/** One mail to one account: what was sent, to whom, when. The words are made anew when needed. */
export interface Notice {
  readonly id: string;
  /** What makes it one: the same key is never mailed again. */
  readonly key: string;
  readonly kind: NoticeKind;
  readonly accountId: string;
  /** Empty once the account is erased. */
  readonly recipient: string;
  readonly subject: string;
  readonly createdAt: Instant;
  /** Until then one runner is sending it, and the others stand back. */
  readonly claimedUntil: Instant;
  readonly sentAt: Instant | null;
  readonly version: number;
}

export interface NotificationPolicy {
  /**
   * How long one runner may take to hand a mail over. Shorter than the lease of a delivery, so that whoever
   * takes over a killed runner's work may send.
   */
  readonly sendingSeconds: number;
}

export const notificationPolicy: NotificationPolicy = { sendingSeconds: 30 };

/** When a sending begins, and how long it may take. */
export interface Sending {
  readonly now: Instant;
  readonly policy: NotificationPolicy;
}

const claimEnd = ({ now, policy }: Sending): Instant => after(now, policy.sendingSeconds * SECOND);

export const newNotice = (
  given: Pick<Notice, 'id' | 'key' | 'kind' | 'accountId' | 'recipient' | 'subject'>,
  sending: Sending,
): Notice => ({
  ...given,
  createdAt: sending.now,
  claimedUntil: claimEnd(sending),
  sentAt: null,
  version: 1,
});

/** What may be done about a notice that exists already. */
export const sendingStateOf = (
  { sentAt, claimedUntil }: Notice,
  now: Instant,
): 'sent' | 'in-hand' | 'free' => (sentAt !== null ? 'sent' : claimedUntil > now ? 'in-hand' : 'free');

export const reclaimed = (notice: Notice, sending: Sending): Notice => ({
  ...notice,
  claimedUntil: claimEnd(sending),
  version: notice.version + 1,
});

export const letGo = (notice: Notice, now: Instant): Notice => ({
  ...notice,
  claimedUntil: now,
  version: notice.version + 1,
});

export const markedSent = (notice: Notice, now: Instant): Notice => ({
  ...notice,
  sentAt: now,
  version: notice.version + 1,
});
