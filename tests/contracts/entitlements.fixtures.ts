import { expect } from 'chai';
import type { Grant } from '../../src/entitlements/grant.ts';
import type { Meter } from '../../src/entitlements/meter.ts';
import type { Reservation } from '../../src/entitlements/reservation.ts';
import type { UsageEntry } from '../../src/entitlements/usage-log.ts';
import { after, DAY, HOUR } from '../../src/kernel/instant.ts';
import { ALICE, nextId, NOW } from './playback.fixtures.ts';

/** The most units there can be: databases count further, this language does not. */
export const MOST = Number.MAX_SAFE_INTEGER;

/** A meter after its first unit. */
export const meterOf = (changes: Partial<Meter> = {}): Meter => ({
  accountId: ALICE,
  feature: 'downloads',
  periodStart: NOW,
  periodEnd: after(NOW, 31 * DAY),
  turn: 0,
  per: 'month',
  subscriptionId: nextId(),
  planVersion: 'plan 1',
  pausedMs: 0,
  allowance: 100,
  used: 1,
  over: 0,
  lots: [],
  shelved: {},
  rateSince: null,
  rateUsed: 0,
  lapsesAt: null,
  movedAt: NOW,
  version: 1,
  ...changes,
});

/** The same meter one version on. */
export const movedOn = (meter: Meter, changes: Partial<Meter> = {}): Meter => ({
  ...meter,
  used: meter.used + 1,
  version: meter.version + 1,
  ...changes,
});

export const entryOf = (meter: Meter, changes: Partial<UsageEntry> = {}): UsageEntry => ({
  kind: 'consumed',
  units: 1,
  meter,
  grants: {},
  ...changes,
});

export const grantOf = (changes: Partial<Grant> = {}): Grant => ({
  id: nextId(),
  accountId: ALICE,
  feature: 'downloads',
  source: 'top_up',
  amount: 100,
  used: 0,
  priority: 100,
  expiresAt: null,
  createdAt: NOW,
  createdBy: 'admin',
  version: 1,
  ...changes,
});

export const reservationOf = (changes: Partial<Reservation> = {}): Reservation => ({
  id: nextId(),
  accountId: ALICE,
  feature: 'downloads',
  amount: 5,
  parts: [{ source: 'plan', units: 5 }],
  turn: 0,
  onBehalf: false,
  overagePrice: null,
  status: 'held',
  committed: null,
  createdAt: NOW,
  expiresAt: after(NOW, HOUR),
  version: 1,
  ...changes,
});

/** That a whole unit of work, tried as often as it may be, lost its race. */
export async function expectLostRace(work: Promise<unknown>): Promise<void> {
  const outcome = await work.then(
    () => 'it was won',
    (error: unknown) => error,
  );
  expect(outcome).to.have.property('code', 'service.busy');
}
