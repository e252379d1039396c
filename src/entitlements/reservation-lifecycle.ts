import type { Machine } from '../kernel/state-machine.ts';

export const RESERVATION_STATUSES = ['held', 'committed', 'released', 'expired'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];
export type ReservationTrigger = 'commit' | 'release' | 'expire';

export const reservationLifecycle: Machine<ReservationStatus, ReservationTrigger> = {
  name: 'reservation of units',
  initial: ['held'],
  table: {
    held: { commit: 'committed', release: 'released', expire: 'expired' },
    committed: {},
    released: {},
    expired: {},
  },
};
