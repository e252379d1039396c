import type { DomainError } from '../kernel/domain-error.ts';
import { after, SECOND, type Instant } from '../kernel/instant.ts';
import { follow } from '../kernel/state-machine.ts';
import type { Part } from './burn.ts';
import type { MeterKey } from './meter.ts';
import type { PricedOverage } from './overage.ts';
import { refusals } from './refusals.ts';
import {
  reservationLifecycle,
  type ReservationStatus,
  type ReservationTrigger,
} from './reservation-lifecycle.ts';

/** Units set aside for work under way. They count as used, in the period they were reserved in, until it ends. */
export interface Reservation extends MeterKey {
  readonly id: string;
  readonly amount: number;
  /** Where the units were taken from. */
  readonly parts: readonly Part[];
  /** The meter's turn that they were taken in. */
  readonly turn: number;
  /** What a unit over the limit cost when it was reserved; null where that has no price. */
  readonly overagePrice: PricedOverage | null;
  /** Set aside by another back end or an admin: then the account itself cannot end it. */
  readonly onBehalf: boolean;
  readonly status: ReservationStatus;
  /** Units that were really used; null until committed. */
  readonly committed: number | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly version: number;
}

export function createReservation(
  { accountId, feature }: MeterKey,
  made: Pick<Reservation, 'id' | 'amount' | 'parts' | 'turn' | 'overagePrice' | 'onBehalf'> & {
    readonly now: Instant;
    readonly seconds: number;
  },
): Reservation {
  const { now, seconds, ...rest } = made;
  return {
    ...{ accountId, feature, ...rest, status: 'held', committed: null },
    ...{ createdAt: now, expiresAt: after(now, seconds * SECOND), version: 1 },
  };
}

/**
 * The reservation after its end by `trigger`, itself when it ended so before, or why it cannot. What lapsed is
 * expired at that instant, whether or not anybody wrote it down.
 */
export function ended(
  reservation: Reservation,
  trigger: Exclude<ReservationTrigger, 'expire'>,
  { committed, now }: { readonly committed: number | null; readonly now: Instant },
): Reservation | DomainError {
  const status = statusAt(reservation, now);
  if (status === 'expired') return refusals.reservationExpired();
  if (committed !== null && committed > reservation.amount)
    return refusals.commitsTooMuch(reservation.amount);
  const next = follow(reservationLifecycle, status, trigger);
  if (next) return { ...reservation, status: next, committed, version: reservation.version + 1 };
  const again =
    follow(reservationLifecycle, 'held', trigger) === status && committed === reservation.committed;
  return again ? reservation : refusals.reservationClosed(status);
}

export const statusAt = ({ status, expiresAt }: Reservation, now: Instant): ReservationStatus =>
  status === 'held' && expiresAt <= now ? 'expired' : status;

export const expired = (reservation: Reservation): Reservation => ({
  ...reservation,
  status: 'expired',
  version: reservation.version + 1,
});
