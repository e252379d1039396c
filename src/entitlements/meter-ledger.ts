import { DomainError } from '../kernel/domain-error.ts';
import { later, type Instant } from '../kernel/instant.ts';
import { moved, returnable, type Balance, type Part } from './burn.ts';
import type { Grant } from './grant.ts';
import { keyOf, type Meter, type MeterKey, type MeterTerms } from './meter.ts';
import { newMeter, turned } from './turn.ts';
import { expired, type Reservation } from './reservation.ts';
import { storedMeters, type MeterStores, type StoredMeter } from './stored-meter.ts';
import { take, type Taken } from './take.ts';
import { moveOf, type UsageEntry, type UsageKind } from './usage-log.ts';

/** A meter that is asked for, and what its plan says. */
export interface MeterOf extends MeterKey {
  readonly terms: MeterTerms;
}

/** Holds the meters until the work ends, and opens the draft of what it will store. */
export async function openLedger(
  stores: MeterStores,
  wanted: readonly MeterOf[],
  now: Instant,
): Promise<MeterLedger> {
  const keys = [...new Map(wanted.map((each) => [keyOf(each), each])).values()];
  const stored = await storedMeters(stores, keys, { now, hold: true });
  return new MeterLedger(keys, stored, now);
}

/** What one command did to a meter. */
interface Move {
  readonly balance: Balance;
  readonly kind: UsageKind;
  /** Taken by it; negative when given back. */
  readonly units: number;
}

interface Line {
  readonly terms: MeterTerms;
  readonly stored: Meter;
  /** When it is for this meter: a clock that is behind whoever moved it last must not turn it back. */
  readonly now: Instant;
  readonly grants: readonly Grant[];
  balance: Balance;
  /** Null: it was not moved. */
  kind: UsageKind | null;
  units: number;
}

/**
 * The draft of the meters that one unit of work holds, on which commands are applied one after another. When it is
 * opened, periods turn and lapsed reservations go back.
 */
export class MeterLedger {
  readonly #now: Instant;
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #expired: Reservation[] = [];

  constructor(wanted: readonly MeterOf[], stored: ReadonlyMap<string, StoredMeter>, now: Instant) {
    this.#now = now;
    this.#lines = new Map(wanted.map((each) => [keyOf(each), this.#opened(each, stored.get(keyOf(each)))]));
    for (const each of wanted) this.#giveBackLapsed(each, stored.get(keyOf(each)));
  }

  balance(key: MeterKey): Balance {
    return this.#line(key).balance;
  }

  /** When it is for a meter, never before it was last moved. */
  now(key: MeterKey): Instant {
    return this.#line(key).now;
  }

  take(key: MeterKey, units: number, kind: UsageKind): Taken | DomainError {
    const line = this.#line(key);
    const taken = take(line.balance, { units, terms: line.terms, now: line.now });
    if (!(taken instanceof DomainError)) this.#move(line, { balance: taken.balance, kind, units });
    return taken;
  }

  /** Gives units back to where they were taken from, as far as that is still there. */
  giveBack(
    key: MeterKey,
    taken: { readonly parts: readonly Part[]; readonly turn: number },
    kind: UsageKind,
  ): void {
    const line = this.#line(key);
    const back = returnable(line.balance, taken);
    const units = back.reduce((sum, part) => sum + part.units, 0);
    this.#move(line, { balance: moved(line.balance, back, -1), kind, units: -units });
  }

  /** Keeps in mind when the meter's next reservation lapses. */
  lapseAt(key: MeterKey, lapsesAt: Instant | null, kind: UsageKind): void {
    const line = this.#line(key);
    const { meter, grants } = line.balance;
    this.#move(line, { balance: { grants, meter: { ...meter, lapsesAt } }, kind, units: 0 });
  }

  /** Stores how a meter stands, though no unit of it was moved. */
  note(key: MeterKey): void {
    const line = this.#line(key);
    this.#move(line, { balance: line.balance, kind: 'noted', units: 0 });
  }

  /** A grant that is new to the store joins what feeds its meter. */
  feed(grant: Grant): void {
    const line = this.#line(grant);
    const { meter, grants } = line.balance;
    this.#move(line, { balance: { meter, grants: [...grants, grant] }, kind: 'granted', units: 0 });
  }

  /** Stores what was moved, each meter with one line of its log, and the reservations that lapsed on the way. */
  async save({ meters, grants, reservations }: MeterStores): Promise<readonly UsageEntry[]> {
    const moved = [...this.#lines.values()].filter(({ kind }) => kind !== null);
    if (moved.length === 0) return [];
    const entries = moved.map(({ stored, balance, kind, units, now }) =>
      moveOf(stored, balance, { kind: kind ?? 'consumed', units, now }),
    );
    await meters.save(entries);
    await grants.saveAll(moved.flatMap(burnt));
    await reservations.saveAll(this.#expired);
    return entries;
  }

  #opened({ terms, ...key }: MeterOf, found: StoredMeter | undefined): Line {
    const stored = found?.meter ?? newMeter(key, terms, this.#now);
    const grants = found?.grants ?? [];
    const now = later(this.#now, stored.movedAt);
    const meter = { ...turned(stored, terms, now), lapsesAt: found?.lapsesAt ?? null };
    return { terms, stored, now, grants, balance: { meter, grants }, kind: null, units: 0 };
  }

  #giveBackLapsed(key: MeterKey, found: StoredMeter | undefined): void {
    for (const reservation of found?.lapsed ?? []) {
      this.giveBack(key, reservation, 'expired');
      this.#expired.push(expired(reservation));
    }
  }

  #move(line: Line, { balance, kind, units }: Move): void {
    line.balance = balance;
    line.kind = kind;
    line.units += units;
  }

  #line(key: MeterKey): Line {
    const line = this.#lines.get(keyOf(key));
    if (!line) throw new Error(`the meter of ${key.feature} is not in the ledger`);
    return line;
  }
}

/** The stored grants of which units were taken, or given back to, each one version on. */
const burnt = ({ grants, balance }: Line): readonly Grant[] =>
  grants.flatMap((stored) => {
    const now = balance.grants.find(({ id }) => id === stored.id);
    return now === undefined || now.used === stored.used ? [] : [{ ...now, version: stored.version + 1 }];
  });
