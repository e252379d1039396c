import type { Instant } from '../kernel/instant.ts';
import type { IdempotencyStore } from '../kernel/once.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { PlanAccess } from './feature.ts';
import type { Grant } from './grant.ts';
import type { Meter, MeterKey } from './meter.ts';
import type { OverageReading } from './overage.ts';
import type { Reservation } from './reservation.ts';
import type { UsageEntry } from './usage-log.ts';

/** The neighbour that knows what each account bought. */
export interface Plans {
  /** What the account's plan gives it now. Hot: the composition answers concurrent calls with one query. */
  accessOf(accountId: string): Promise<PlanAccess>;
  /** The same for many at once, in the order asked, for those who gather callers themselves. */
  accessOfAll(accountIds: readonly string[]): Promise<readonly PlanAccess[]>;
  /** The same as of an instant, past or to come. */
  accessAsOf(accountId: string, at: Instant): Promise<PlanAccess>;
}

export interface AccountFacts {
  readonly createdAt: Instant;
  readonly isSuspended: boolean;
}

/** The neighbour that knows who exists. */
export interface Accounts {
  /** Of those that exist; the others are missing. */
  of(accountIds: readonly string[]): Promise<ReadonlyMap<string, AccountFacts>>;
}

export interface Forgotten {
  readonly lines: number;
  /** When the line behind the oldest that is left was written; null: there is none. */
  readonly followedAt: Instant | null;
}

export interface MeterStore {
  /** Those that were ever moved, as committed, in no order. */
  find(keys: readonly MeterKey[]): Promise<readonly Meter[]>;
  /** The same, held until the work ends. */
  hold(keys: readonly MeterKey[]): Promise<readonly Meter[]>;
  /** All of an account, by feature. */
  listOf(accountId: string): Promise<readonly Meter[]>;
  /**
   * Stores meters whose `version` is one above the stored one (1: the first), each with its line of the log; any
   * other is a lost race.
   */
  save(entries: readonly UsageEntry[]): Promise<void>;
  /**
   * For a work that is this one call: units that nothing but the meter's own allowance gave, so that `used`, the
   * rate, `movedAt` and `version` are all that changed, and no grant feeds it. Each is stored with its line of the
   * log if its version is one above the stored one; the `keyOf` of those that were.
   */
  settle(entries: readonly UsageEntry[]): Promise<ReadonlySet<string>>;
  /** The log's line that was the newest at `at`; undefined when there was none. */
  entryAt(key: MeterKey, at: Instant): Promise<UsageEntry | undefined>;
  /** Meters that are to be tidied by `now`, at most `limit`, in the order in which they fell due. */
  untidy(now: Instant, limit: number): Promise<readonly MeterKey[]>;
  /** When a meter is to be tidied next. Until it is said of one, that is at once. Moves no version. */
  tidyAt(key: MeterKey, at: Instant): Promise<void>;
  /**
   * Removes the oldest lines of the log, at most `limit`, that tell of no instant from `border` on: those behind
   * which another one was written by then.
   */
  forget(key: MeterKey, border: Instant, limit: number): Promise<Forgotten>;
  /** Removes meters of an account with their log; at most `limit` lines; the number of lines removed. */
  erase(accountId: string, limit: number): Promise<number>;
}

/** Whoever changes a grant saves its meter too, whose version guards it. */
export interface GrantStore {
  add(grant: Grant): Promise<void>;
  /** Living grants of these meters, the oldest first. */
  aliveOf(keys: readonly MeterKey[], now: Instant): Promise<readonly Grant[]>;
  /** All that an account was ever given and that was not purged, the oldest first. */
  listOf(accountId: string): Promise<readonly Grant[]>;
  /** Stores grants whose `version` is one above the stored one; any other is a lost race. */
  saveAll(grants: readonly Grant[]): Promise<void>;
  /** Removes at most `limit` that lapsed by `border` and that no held reservation draws on; how many. */
  purge(border: Instant, limit: number): Promise<number>;
  erase(accountId: string, limit: number): Promise<number>;
}

export interface DueReservations {
  /** Held ones that have lapsed, at most `limit`. */
  readonly lapsed: readonly Reservation[];
  /** When the next of each meter's lapses, by `keyOf`; at or before now where more than `limit` have. */
  readonly next: ReadonlyMap<string, Instant>;
}

/** Whoever changes a reservation saves its meter too, whose version guards it. */
export interface ReservationStore {
  add(reservation: Reservation): Promise<void>;
  find(id: string): Promise<Reservation | undefined>;
  /** What has lapsed of these meters, and what lapses next behind it. */
  due(keys: readonly MeterKey[], now: Instant, limit: number): Promise<DueReservations>;
  /** Meters that have held reservations which lapsed by `now`, at most `limit`. */
  lapsedMeters(now: Instant, limit: number): Promise<readonly MeterKey[]>;
  /** The earliest end of a held reservation at or before `until`. */
  nextLapseAt(until: Instant): Promise<Instant | undefined>;
  /** Stores reservations whose `version` is one above the stored one; any other is a lost race. */
  saveAll(reservations: readonly Reservation[]): Promise<void>;
  /** Removes at most `limit` that ended and were held until `border` at the longest; how many. */
  purge(border: Instant, limit: number): Promise<number>;
  erase(accountId: string, limit: number): Promise<number>;
}

/** The units that each account ever used over its limits, by price: readings only grow. */
export interface OverageStore {
  add(accountId: string, readings: readonly OverageReading[]): Promise<void>;
  listOf(accountId: string): Promise<readonly OverageReading[]>;
  erase(accountId: string, limit: number): Promise<number>;
}

export interface EntitlementStores {
  readonly meters: MeterStore;
  readonly grants: GrantStore;
  readonly reservations: ReservationStore;
  readonly overages: OverageStore;
  readonly idempotency: IdempotencyStore;
  readonly outbox: Outbox;
}
