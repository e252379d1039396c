import type { Knex } from 'knex';
import { keyOf, type MeterKey } from '../../../../src/entitlements/meter.ts';
import type { ReservationStore } from '../../../../src/entitlements/ports.ts';
import type { Reservation } from '../../../../src/entitlements/reservation.ts';
import { after, instant, type Instant } from '../../../../src/kernel/instant.ts';
import { RecordTable, type Columns, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { erasedFrom } from '../erase.ts';
import { rawRows } from '../json-rows.ts';
import { preparedRows } from '../prepared.ts';
import { guardedUpdate, saveAll } from '../row-writes.ts';
import type { Database } from '../unit-of-work.ts';
import { askedValues, ofAsked } from './meter-tables.ts';

const CHANGES: Columns<Omit<Reservation, 'id'>> = {
  accountId: 'text',
  feature: 'text',
  amount: 'number',
  parts: 'json',
  turn: 'number',
  overagePrice: 'json',
  onBehalf: 'boolean',
  status: 'text',
  committed: 'number',
  createdAt: 'number',
  expiresAt: 'number',
  version: 'number',
};
const RESERVATIONS = new RecordTable<Reservation>('reservations', { id: 'text', ...CHANGES });
const SAVE_RESERVATIONS = guardedUpdate('reservations', CHANGES);

const lapsedOf = (dialect: Database['dialect'], now: string, limit: string): string =>
  `select ${RESERVATIONS.selected()} from ${ofAsked(dialect, 'reservations')}
    where reservations.status = 'held' and reservations.expires_at <= ${now}
    order by reservations.expires_at, reservations.id limit ${limit}`;

export const LAPSED = {
  name: 'lapsed-reservations',
  postgres: lapsedOf('postgres', '$3', '$4'),
  sqlite: lapsedOf('sqlite', '?', '?'),
} as const;

const nextOf = (dialect: Database['dialect'], expiresAt: string, id: string): string =>
  `select asked.account_id, asked.feature, min(reservations.expires_at) as next
    from ${ofAsked(dialect, 'reservations')}
    where reservations.status = 'held' and (reservations.expires_at, reservations.id) > (${expiresAt}, ${id})
    group by asked.account_id, asked.feature`;

export const NEXT_TO_LAPSE = {
  name: 'next-reservation-to-lapse',
  postgres: nextOf('postgres', '$3', '$4'),
  sqlite: nextOf('sqlite', '?', '?'),
} as const;

// An end is never later than `expires_at`, which is what the index of those that ended is by.
const PURGE = `delete from reservations where id in (
    select id from reservations where status <> 'held' and expires_at <= ? order by expires_at limit ?
  ) returning id`;

export function knexReservations(database: Database): ReservationStore {
  const { knex, dialect } = database;
  // In so many words: a parameter would hide the index of held ones from SQLite.
  const held = (): Knex.QueryBuilder => knex('reservations').whereRaw(`status = 'held'`);
  const nextBehind = async (
    keys: readonly MeterKey[],
    { expiresAt, id }: Pick<Reservation, 'expiresAt' | 'id'>,
  ): Promise<ReadonlyMap<string, Instant>> => {
    const rows = await preparedRows(database, NEXT_TO_LAPSE, [...askedValues(dialect, keys), expiresAt, id]);
    return new Map(rows.map((row) => [keyOf(meterIn(row)), instant(Number(row['next']))]));
  };
  return {
    add: (reservation) => RESERVATIONS.insert(database, [reservation]),
    find: (id) => RESERVATIONS.find(database, { id }),
    due: async (keys, now, limit) => {
      if (keys.length === 0) return { lapsed: [], next: new Map() };
      const rows = await preparedRows(database, LAPSED, [...askedValues(dialect, keys), now, limit]);
      const lapsed = rows.map((row) => RESERVATIONS.fromRow(row));
      // With all that lapsed in hand the next one lapses later; else it stands behind the last of them.
      const last = lapsed.length < limit ? undefined : lapsed.at(-1);
      return { lapsed, next: await nextBehind(keys, last ?? { expiresAt: after(now, 1), id: '' }) };
    },
    lapsedMeters: async (now, limit) => {
      const rows = (await held()
        .where('expires_at', '<=', now)
        .select('account_id', 'feature')
        .groupBy('account_id', 'feature')
        .orderByRaw('min(expires_at)')
        .limit(limit)) as Row[];
      return rows.map(meterIn);
    },
    nextLapseAt: (until) => earliestDue(held(), 'expires_at', until),
    saveAll: (reservations) =>
      saveAll(database, RESERVATIONS, { write: SAVE_RESERVATIONS, records: reservations }),
    purge: async (border, limit) => (await rawRows(database, PURGE, [border, limit])).length,
    erase: erasedFrom(database, 'reservations'),
  };
}

const meterIn = (row: Row): MeterKey => ({
  accountId: String(row['account_id']),
  feature: String(row['feature']),
});
