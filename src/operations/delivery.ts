import { after, HOUR, instant, SECOND, type Instant } from '../kernel/instant.ts';

/**
 * What is owed for one event to one reaction. It exists from the event's commit until the reaction has
 * succeeded, or stays as a dead one for an admin to see and drive again.
 */
export interface Delivery {
  /** `<event id>.<reaction>`: the pair is owed once. */
  readonly id: string;
  readonly eventId: string;
  readonly reaction: string;
  /** Nobody takes it before this instant: a retry waits for it, and so do others while a runner holds it. */
  readonly dueAt: Instant;
  /** Counted when a runner takes it, so that one which kills its runner dies in the end as well. */
  readonly attempts: number;
  readonly lastError: string | null;
  /** When it was given up; null while it is still tried. */
  readonly diedAt: Instant | null;
}

export interface DeliveryPolicy {
  readonly maxAttempts: number;
  readonly firstRetrySeconds: number;
  /** Each wait is so many times the one before it. */
  readonly backoffFactor: number;
  readonly maxRetrySeconds: number;
  /** How long a runner may take; then its deliveries run again elsewhere. */
  readonly leaseSeconds: number;
}

/** Eight attempts over about two and a half hours. */
export const deliveryPolicy: DeliveryPolicy = {
  maxAttempts: 8,
  firstRetrySeconds: 5,
  backoffFactor: 4,
  maxRetrySeconds: HOUR / SECOND,
  leaseSeconds: 60,
};

const deliveryId = (eventId: string, reaction: string): string => `${eventId}.${reaction}`;

/** A delivery that was just recorded: due at once. */
export const owed = (eventId: string, reaction: string): Delivery => ({
  id: deliveryId(eventId, reaction),
  eventId,
  reaction,
  dueAt: instant(0),
  attempts: 0,
  lastError: null,
  diedAt: null,
});

const MAX_ERROR_LENGTH = 500;

export interface Failure {
  readonly now: Instant;
  readonly reason: string;
  readonly policy: DeliveryPolicy;
}

/** After a failed attempt: tried again after an exponential wait, or given up after the last. */
export function failed(delivery: Delivery, { now, reason, policy }: Failure): Delivery {
  const lastError = reason.slice(0, MAX_ERROR_LENGTH);
  if (delivery.attempts >= policy.maxAttempts) return { ...delivery, lastError, diedAt: now };
  return { ...delivery, lastError, dueAt: after(now, retryDelay(delivery.attempts, policy)) };
}

/** Milliseconds to wait after so many failed attempts. */
export function retryDelay(attempts: number, policy: DeliveryPolicy): number {
  const seconds = policy.firstRetrySeconds * policy.backoffFactor ** Math.max(0, attempts - 1);
  return Math.min(seconds, policy.maxRetrySeconds) * SECOND;
}

/** Taken more often than allowed: the runner of the last attempt died before it could say how it went. */
export const exhausted = (delivery: Delivery, policy: DeliveryPolicy): boolean =>
  delivery.attempts > policy.maxAttempts;

/** A dead delivery begins anew. */
export const redriven = (delivery: Delivery, now: Instant): Delivery => ({
  ...delivery,
  dueAt: now,
  attempts: 0,
  diedAt: null,
});
