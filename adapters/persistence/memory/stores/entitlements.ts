import type { Grant } from '../../../../src/entitlements/grant.ts';
import { keyOf, type MeterKey } from '../../../../src/entitlements/meter.ts';
import type { OverageReading } from '../../../../src/entitlements/overage.ts';
import type { GrantStore, OverageStore, ReservationStore } from '../../../../src/entitlements/ports.ts';
import { isAlive } from '../../../../src/entitlements/grant.ts';
import type { Reservation } from '../../../../src/entitlements/reservation.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import type { DraftTable, TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const GRANTS: TableDefinition<Grant> = { name: 'grants', key: ({ id }) => id };
const RESERVATIONS: TableDefinition<Reservation> = { name: 'reservations', key: ({ id }) => id };

type AccountReading = OverageReading & { readonly accountId: string };

const OVERAGES: TableDefinition<AccountReading> = {
  name: 'overages',
  key: ({ accountId, feature, unitPriceMinor, currency }) =>
    [accountId, feature, unitPriceMinor, currency].join(' '),
};

type OwnedRow = Grant | Reservation;

/** What grants and reservations have in common: rows of an account, guarded by their version. */
function owned<Row extends OwnedRow>(rows: DraftTable<Row>) {
  return {
    add: async (row: Row) => rows.insert(row),
    saveAll: async (changed: readonly Row[]) => {
      for (const row of changed) rows.update(row, ({ version }) => version === row.version - 1);
    },
    erase: async (account: string, limit: number) => {
      const own = rows.where(({ accountId }) => accountId === account).slice(0, limit);
      for (const { id } of own) rows.delete(id);
      return own.length;
    },
  };
}

/** Removes the first of them by their end. */
function purged<Row extends OwnedRow>(rows: DraftTable<Row>, over: readonly Row[], limit: number): number {
  const going = over.toSorted((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0)).slice(0, limit);
  for (const { id } of going) rows.delete(id);
  return going.length;
}

const isAmong = (keys: readonly MeterKey[]): ((row: MeterKey) => boolean) => {
  const asked = new Set(keys.map(keyOf));
  return (row) => asked.has(keyOf(row));
};

const byAge = (a: Grant, b: Grant): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
const byEnd = (a: Reservation, b: Reservation): number => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1);

export function memoryGrants({ table }: MemoryTransaction): GrantStore {
  const grants = table(GRANTS);
  return {
    ...owned(grants),
    aliveOf: async (keys, now) => {
      const isAsked = isAmong(keys);
      return grants.where((grant) => isAsked(grant) && isAlive(grant, now)).sort(byAge);
    },
    listOf: async (account) => grants.where(({ accountId }) => accountId === account).sort(byAge),
    purge: async (border, limit) => {
      const held = table(RESERVATIONS).where(({ status }) => status === 'held');
      const drawn = new Set(held.flatMap(({ parts }) => parts.map(({ source }) => source)));
      const lapsed = grants.where((grant) => !isAlive(grant, border) && !drawn.has(`grant ${grant.id}`));
      return purged(grants, lapsed, limit);
    },
  };
}

export function memoryReservations({ table }: MemoryTransaction): ReservationStore {
  const reservations = table(RESERVATIONS);
  const held = (): Reservation[] => reservations.where(({ status }) => status === 'held').sort(byEnd);
  return {
    ...owned(reservations),
    find: async (id) => reservations.get(id),
    due: async (keys, now, limit) => {
      const asked = held().filter(isAmong(keys));
      const lapsed = asked.filter(({ expiresAt }) => expiresAt <= now).slice(0, limit);
      const next = new Map<string, Instant>();
      for (const reservation of asked.slice(lapsed.length))
        if (!next.has(keyOf(reservation))) next.set(keyOf(reservation), reservation.expiresAt);
      return { lapsed, next };
    },
    lapsedMeters: async (now, limit) => {
      const lapsed = held().filter(({ expiresAt }) => expiresAt <= now);
      const meters = lapsed.map(({ accountId, feature }) => ({ accountId, feature }));
      return [...new Map(meters.map((key) => [keyOf(key), key])).values()].slice(0, limit);
    },
    purge: async (border, limit) => {
      const ended = reservations.where(({ status, expiresAt }) => status !== 'held' && expiresAt <= border);
      return purged(reservations, ended, limit);
    },
    nextLapseAt: async (until) => held().find(({ expiresAt }) => expiresAt <= until)?.expiresAt,
  };
}

export function memoryOverages({ table }: MemoryTransaction): OverageStore {
  const overages = table(OVERAGES);
  const of = (account: string): AccountReading[] =>
    overages
      .where(({ accountId }) => accountId === account)
      .sort((a, b) => (OVERAGES.key(a) < OVERAGES.key(b) ? -1 : 1));
  return {
    add: async (accountId, readings) => {
      for (const { feature, unitPriceMinor, currency, units } of readings) {
        const reading = { accountId, feature, unitPriceMinor, currency, units };
        const before = overages.get(OVERAGES.key(reading))?.units ?? 0;
        overages.put({ ...reading, units: before + units });
      }
    },
    listOf: async (account) =>
      of(account).map(({ feature, unitPriceMinor, currency, units }) => ({
        ...{ feature, unitPriceMinor, currency },
        units,
      })),
    erase: async (account, limit) => {
      const own = of(account).slice(0, limit);
      for (const reading of own) overages.delete(OVERAGES.key(reading));
      return own.length;
    },
  };
}
