import { expect } from 'chai';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, instant, SECOND } from '../../../src/kernel/instant.ts';
import { createReservation, ended, expired, statusAt } from '../../../src/entitlements/reservation.ts';
import {
  RESERVATION_STATUSES,
  reservationLifecycle,
  type ReservationStatus,
} from '../../../src/entitlements/reservation-lifecycle.ts';
import { NOON } from '../../world/entitlements.ts';

const reservation = createReservation(
  { accountId: 'somebody', feature: 'downloads' },
  {
    ...{
      id: 'r',
      amount: 10,
      parts: [{ source: 'plan', units: 10 }],
      turn: 0,
      overagePrice: null,
      onBehalf: false,
    },
    ...{ now: NOON, seconds: 300 },
  },
);
const in_ = (status: ReservationStatus) => ({
  ...reservation,
  status,
  committed: status === 'committed' ? 10 : null,
});
const tell = (outcome: unknown): string =>
  outcome instanceof DomainError ? outcome.code : (outcome as { status: string }).status;

describe('a reservation', () => {
  it('lapses at its end, to the millisecond, written down or not', () => {
    const end = after(NOON, 300 * SECOND);
    expect(statusAt(reservation, instant(end - 1))).to.equal('held');
    expect(statusAt(reservation, end)).to.equal('expired');
    expect(tell(ended(reservation, 'commit', { committed: 10, now: end }))).to.equal(
      'entitlements.reservation-expired',
    );
  });

  const CLOSED = 'entitlements.reservation-closed';
  const EXPIRED = 'entitlements.reservation-expired';
  const matrix: Readonly<Record<ReservationStatus, readonly [commit: string, release: string]>> = {
    held: ['committed', 'released'],
    committed: ['committed', CLOSED],
    released: [CLOSED, 'released'],
    expired: [EXPIRED, EXPIRED],
  };
  for (const status of RESERVATION_STATUSES)
    it(`that is ${status}: ${matrix[status].join(', ')}`, () => {
      const commit = ended(in_(status), 'commit', { committed: 10, now: NOON });
      const release = ended(in_(status), 'release', { committed: null, now: NOON });
      expect([tell(commit), tell(release)]).to.deep.equal(matrix[status]);
    });

  it('committed again with another amount is refused', () => {
    expect(tell(ended(in_('committed'), 'commit', { committed: 9, now: NOON }))).to.equal(CLOSED);
  });

  it('ends once: again it is the same', () => {
    const done = in_('committed');
    expect(ended(done, 'commit', { committed: 10, now: NOON })).to.equal(done);
    expect(expired(reservation)).to.include({ status: 'expired', version: 2 });
  });

  it('has a row for each state, and three ends', () => {
    expect(Object.keys(reservationLifecycle.table)).to.deep.equal([...RESERVATION_STATUSES]);
    expect(Object.keys(reservationLifecycle.table.held)).to.have.length(3);
  });
});
