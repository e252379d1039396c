import { DatabaseSync } from 'node:sqlite';
import { keyOf } from 'usher/entitlements';
import type {
  EntitlementStores,
  Grant,
  Meter,
  MeterKey,
  MeterStore,
  OverageReading,
} from 'usher/entitlements';
import type { Reservation, UsageEntry } from 'usher/entitlements';
import { busy, LostRace, MAX_ATTEMPTS } from 'usher/kernel';
import type { DomainEvent, IdempotencyRecord, Instant, UnitOfWork } from 'usher/kernel';

type Work<R> = (stores: EntitlementStores) => Promise<R>;
interface Owned extends MeterKey {
  readonly id: string;
  readonly version: number;
}

/** The stores of entitlements as documents in one table of Node's own SQLite. */
export function openStores(file = ':memory:'): UnitOfWork<EntitlementStores> {
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE IF NOT EXISTS rows (kind, key, body, PRIMARY KEY (kind, key))');
  const stores = storesIn(database);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(begin: string, work: Work<R>, end: string): Promise<R> => {
    const attempt = async (tries = 1): Promise<R> => {
      database.exec(begin);
      try {
        const result = await work(stores);
        database.exec(end);
        return result;
      } catch (error) {
        database.exec(end === 'COMMIT' ? 'ROLLBACK' : end);
        if (!(error instanceof LostRace)) throw error;
        if (tries === MAX_ATTEMPTS) throw busy();
        return attempt(tries + 1);
      }
    };
    const result = last.then(() => attempt());
    last = result.catch(() => undefined);
    return result;
  };
  const run = <R>(work: Work<R>): Promise<R> => inTurn('BEGIN IMMEDIATE', work, 'COMMIT');
  const read = <R>(work: Work<R>): Promise<R> =>
    inTurn('PRAGMA query_only = ON', work, 'PRAGMA query_only = OFF');
  return { run, single: run, read };
}

/** The documents of one kind. */
function rowsOf<Row>(database: DatabaseSync, kind: string, key: (row: Row) => string) {
  const find = database.prepare('SELECT body FROM rows WHERE kind = ? AND key = ?');
  const list = database.prepare('SELECT body FROM rows WHERE kind = ? ORDER BY key');
  const keep = database.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?, ?)');
  const drop = database.prepare('DELETE FROM rows WHERE kind = ? AND key = ?');
  const rowIn = (found: ReturnType<typeof find.get>): Row | undefined =>
    found && (JSON.parse(String(found['body'])) as Row);
  const get = (name: string): Row | undefined => rowIn(find.get(kind, name));
  const put = (row: Row): void => void keep.run(kind, key(row), JSON.stringify(row));
  return {
    ...{ get, put },
    /** Puts a row that takes the place of one like `expected`; of none where that is undefined. */
    move: (row: Row, isExpected: (stored: Row | undefined) => boolean): void => {
      if (!isExpected(get(key(row)))) throw new LostRace(`${kind} ${key(row)}`);
      put(row);
    },
    where: (holds: (row: Row) => boolean): Row[] =>
      list
        .all(kind)
        .flatMap((row) => rowIn(row) ?? [])
        .filter(holds),
    remove: (rows: readonly Row[]): number => {
      for (const row of rows) drop.run(kind, key(row));
      return rows.length;
    },
  };
}

const isAmong = (keys: readonly MeterKey[]) => (row: MeterKey) =>
  keys.some((key) => keyOf(key) === keyOf(row));

function storesIn(database: DatabaseSync): EntitlementStores {
  const events = rowsOf<DomainEvent>(database, 'event', ({ id }) => id);
  const grants = rowsOf<Grant>(database, 'grant', ({ id }) => id);
  const reservations = rowsOf<Reservation>(database, 'reservation', ({ id }) => id);
  const held = (): Reservation[] =>
    reservations.where(({ status }) => status === 'held').sort((a, b) => a.expiresAt - b.expiresAt);
  const lapsedBy = (now: Instant): Reservation[] => held().filter(({ expiresAt }) => expiresAt <= now);
  const byAge = (a: Grant, b: Grant): number => a.createdAt - b.createdAt;
  return {
    meters: metersIn(database),
    grants: {
      ...owned(grants),
      aliveOf: async (keys, now) => {
        const isAlive = ({ expiresAt }: Grant): boolean => expiresAt === null || expiresAt > now;
        return grants.where((grant) => isAmong(keys)(grant) && isAlive(grant)).sort(byAge);
      },
      listOf: async (account) => grants.where(({ accountId }) => accountId === account).sort(byAge),
      purge: async (border, limit) => {
        const drawn = held().flatMap(({ parts }) => parts.map(({ source }) => source));
        const isOver = ({ id, expiresAt }: Grant): boolean =>
          expiresAt !== null && expiresAt <= border && !drawn.includes(`grant ${id}`);
        return grants.remove(grants.where(isOver).slice(0, limit));
      },
    },
    reservations: {
      ...owned(reservations),
      find: async (id) => reservations.get(id),
      due: async (keys, now, limit) => {
        const lapsed = lapsedBy(now).filter(isAmong(keys)).slice(0, limit);
        const others = held().filter((row) => isAmong(keys)(row) && !lapsed.some(({ id }) => id === row.id));
        return { lapsed, next: new Map(others.reverse().map((row) => [keyOf(row), row.expiresAt])) };
      },
      lapsedMeters: async (now, limit) => {
        const keys = lapsedBy(now).map(({ accountId, feature }) => ({ accountId, feature }));
        return [...new Map(keys.map((key) => [keyOf(key), key])).values()].slice(0, limit);
      },
      purge: async (border, limit) => {
        const isOver = (row: Reservation): boolean => row.status !== 'held' && row.expiresAt <= border;
        return reservations.remove(reservations.where(isOver).slice(0, limit));
      },
      nextLapseAt: async (until) => lapsedBy(until)[0]?.expiresAt,
    },
    overages: overagesIn(database),
    idempotency: idempotencyIn(database),
    outbox: {
      add: async (told) => {
        for (const event of told) events.move(event, (stored) => stored === undefined);
      },
    },
  };
}

/** What grants and reservations have in common. */
const owned = <Row extends Owned>(rows: ReturnType<typeof rowsOf<Row>>) => ({
  add: async (row: Row) => rows.move(row, (stored) => stored === undefined),
  saveAll: async (changed: readonly Row[]) => {
    for (const row of changed) rows.move(row, (stored) => stored?.version === row.version - 1);
  },
  erase: async (account: string, limit: number) =>
    rows.remove(rows.where(({ accountId }) => accountId === account).slice(0, limit)),
});

function metersIn(database: DatabaseSync): MeterStore {
  const meters = rowsOf<Meter>(database, 'meter', keyOf);
  const tidyings = rowsOf<MeterKey & { at: Instant }>(database, 'tidying', keyOf);
  const log = rowsOf<UsageEntry>(database, 'line', ({ meter }) => `${keyOf(meter)} ${meter.version}`);
  const age = ({ meter: a }: UsageEntry, { meter: b }: UsageEntry): number =>
    a.movedAt - b.movedAt || a.version - b.version;
  const linesOf = (key: MeterKey): UsageEntry[] =>
    log.where(({ meter }) => keyOf(meter) === keyOf(key)).sort(age);
  const ofAccount = (account: string): Meter[] => meters.where(({ accountId }) => accountId === account);
  const find: MeterStore['find'] = async (keys) => meters.where(isAmong(keys));
  return {
    ...{ find, hold: find, listOf: async (account) => ofAccount(account) },
    save: async (entries) => {
      for (const entry of entries) {
        meters.move(entry.meter, (stored) => (stored?.version ?? 0) === entry.meter.version - 1);
        log.put(entry);
      }
    },
    settle: async (entries) => {
      const settled = new Set<string>();
      for (const { meter: next, units } of entries) {
        const stored = meters.get(keyOf(next));
        if (stored?.version !== next.version - 1) continue;
        const { used, rateSince, rateUsed, movedAt, version } = next;
        const meter = { ...stored, used, rateSince, rateUsed, movedAt, version };
        meters.put(meter);
        log.put({ kind: 'consumed', units, meter, grants: {} });
        settled.add(keyOf(meter));
      }
      return settled;
    },
    entryAt: async (key, at) => linesOf(key).findLast(({ meter }) => meter.movedAt <= at),
    untidy: async (now, limit) => {
      const due = meters.where(() => true).map((key) => ({ key, at: tidyings.get(keyOf(key))?.at ?? 0 }));
      const fallen = due.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      return fallen.slice(0, limit).map(({ key: { accountId, feature } }) => ({ accountId, feature }));
    },
    tidyAt: async ({ accountId, feature }, at) => tidyings.put({ accountId, feature, at }),
    forget: async (key, border, limit) => {
      const followed = linesOf(key).filter(({ meter }) => meter.movedAt <= border);
      const lines = log.remove(followed.slice(0, -1).slice(0, limit));
      return { lines, followedAt: linesOf(key)[1]?.meter.movedAt ?? null };
    },
    erase: async (account, limit) => {
      const lines = log.where(({ meter }) => meter.accountId === account).sort(age);
      const left = lines.slice(limit).map(({ meter }) => meter);
      const empty = ofAccount(account).filter((meter) => !isAmong(left)(meter));
      tidyings.remove(tidyings.where(isAmong(empty)));
      meters.remove(empty);
      return log.remove(lines.slice(0, limit));
    },
  };
}

function overagesIn(database: DatabaseSync): EntitlementStores['overages'] {
  type Row = OverageReading & { readonly accountId: string };
  const rows = rowsOf<Row>(database, 'overage', (row) =>
    [row.accountId, row.feature, row.unitPriceMinor, row.currency].join(' '),
  );
  const ofAccount = (account: string): Row[] => rows.where(({ accountId }) => accountId === account);
  return {
    add: async (accountId, readings) => {
      for (const { units, ...priced } of readings) {
        const isSame = (row: Row): boolean =>
          Object.entries(priced).every(([name, value]) => row[name as keyof Row] === value);
        const before = ofAccount(accountId).find(isSame)?.units ?? 0;
        rows.put({ accountId, ...priced, units: before + units });
      }
    },
    listOf: async (account) => ofAccount(account).map(({ accountId: _, ...reading }) => reading),
    erase: async (account, limit) => rows.remove(ofAccount(account).slice(0, limit)),
  };
}

function idempotencyIn(database: DatabaseSync): EntitlementStores['idempotency'] {
  const rows = rowsOf<IdempotencyRecord>(database, 'idempotency', ({ key }) => key);
  const claim = async (row: IdempotencyRecord): Promise<void> =>
    rows.move(row, (stored) => stored === undefined || stored.expiresAt <= row.claimedAt);
  return {
    find: async (key) => rows.get(key),
    findAll: async (keys) => rows.where(({ key }) => keys.includes(key)),
    claim,
    keepAll: async (records) => {
      for (const record of records) await claim(record);
    },
    answer: async (key, answer) => {
      const row = rows.get(key);
      if (row) rows.put({ ...row, answer });
    },
    release: async (key) => void rows.remove(rows.where((row) => row.key === key && row.answer === null)),
    purge: async (now, limit) => rows.remove(rows.where(({ expiresAt }) => expiresAt <= now).slice(0, limit)),
  };
}
