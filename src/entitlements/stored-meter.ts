import type { Instant } from '../kernel/instant.ts';
import type { Grant } from './grant.ts';
import { keyOf, type Meter, type MeterKey } from './meter.ts';
import type { EntitlementStores } from './ports.ts';
import type { Reservation } from './reservation.ts';

/** Everything that is stored of one meter. */
export interface StoredMeter {
  /** Undefined before its first unit. */
  readonly meter: Meter | undefined;
  /** When it was read: what lives and what has lapsed is so at this instant. */
  readonly at: Instant;
  /** Living ones. */
  readonly grants: readonly Grant[];
  /** Reservations that lapsed and count all the same, until somebody gives them back. */
  readonly lapsed: readonly Reservation[];
  /** When the next one lapses behind those. */
  readonly lapsesAt: Instant | null;
}

export type MeterStores = Pick<EntitlementStores, 'meters' | 'grants' | 'reservations'>;

/** Lapsed reservations that one unit of work gives back of what it holds; more are given back by the next. */
const MAX_LAPSED = 1_000;

interface Reading {
  readonly now: Instant;
  /** Whether they are kept until the work ends. */
  readonly hold: boolean;
}

/** Loads meters by their `keyOf`, each as it stood at one moment. */
export const storedMeters = (
  stores: MeterStores,
  keys: readonly MeterKey[],
  { now, hold }: Reading,
): Promise<ReadonlyMap<string, StoredMeter>> =>
  hold ? loaded(stores, keys, { now, hold }) : readWhole(stores, keys, now);

async function loaded(
  { meters, grants, reservations }: MeterStores,
  keys: readonly MeterKey[],
  { now, hold }: Reading,
): Promise<ReadonlyMap<string, StoredMeter>> {
  const found = new Map(
    (await (hold ? meters.hold(keys) : meters.find(keys))).map((each) => [keyOf(each), each]),
  );
  // Behind the meters: whoever changes a grant or a reservation holds its meter.
  const alive = Map.groupBy(await grants.aliveOf(keys, now), keyOf);
  const lapsing = [...found.values()].filter(({ lapsesAt }) => lapsesAt !== null && lapsesAt <= now);
  const due = lapsing.length === 0 ? undefined : await reservations.due(lapsing, now, MAX_LAPSED);
  const lapsed = Map.groupBy(due?.lapsed ?? [], keyOf);
  return new Map(
    keys.map((each) => {
      const key = keyOf(each);
      const meter = found.get(key);
      const lapses = due && meter && lapsing.includes(meter);
      return [
        key,
        {
          meter,
          at: now,
          grants: alive.get(key) ?? [],
          lapsed: lapsed.get(key) ?? [],
          lapsesAt: lapses ? (due.next.get(key) ?? null) : (meter?.lapsesAt ?? null),
        },
      ];
    }),
  );
}

/** Tries of a question about meters that move on each time: the last one is answered as it was read. */
const MAX_READS = 10;

/**
 * Reads meters without holding them. A meter, its grants and its reservations are several questions, and the meter's
 * version guards them all: one that moved on in between is read again, lest its units be counted twice or not at all.
 */
async function readWhole(
  stores: MeterStores,
  keys: readonly MeterKey[],
  now: Instant,
): Promise<ReadonlyMap<string, StoredMeter>> {
  const read = new Map<string, StoredMeter>();
  let left = keys;
  for (let attempt = 1; left.length > 0 && attempt <= MAX_READS; attempt += 1) {
    const found = await loaded(stores, left, { now, hold: false });
    for (const [key, stored] of found) read.set(key, stored);
    // Without grants, and with nothing that lapses, it was one question.
    const doubtful = left.filter((each) => isManifold(found.get(keyOf(each)), now));
    const meters = doubtful.length === 0 ? [] : await stores.meters.find(doubtful);
    const versions = new Map(meters.map((each) => [keyOf(each), each.version]));
    left = doubtful.filter((each) => versions.get(keyOf(each)) !== found.get(keyOf(each))?.meter?.version);
  }
  return read;
}

const isManifold = (stored: StoredMeter | undefined, now: Instant): boolean => {
  const lapsesAt = stored?.meter?.lapsesAt ?? null;
  return (stored?.grants.length ?? 0) > 0 || (lapsesAt !== null && lapsesAt <= now);
};
