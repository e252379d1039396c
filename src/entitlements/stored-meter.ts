import type { Instant } from '../kernel/instant.ts';
import type { Grant } from './grant.ts';
import { keyOf, type Meter, type MeterKey } from './meter.ts';
import type { EntitlementStores } from './ports.ts';
import type { Reservation } from './reservation.ts';

/** Everything that is stored of one meter. */
export interface StoredMeter {
  /** Undefined before its first unit. */
  readonly meter: Meter | undefined;
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

/** Loads meters by their `keyOf`; `hold` keeps them until the work ends. */
export async function storedMeters(
  { meters, grants, reservations }: MeterStores,
  keys: readonly MeterKey[],
  { now, hold }: { readonly now: Instant; readonly hold: boolean },
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
          grants: alive.get(key) ?? [],
          lapsed: lapsed.get(key) ?? [],
          lapsesAt: lapses ? (due.next.get(key) ?? null) : (meter?.lapsesAt ?? null),
        },
      ];
    }),
  );
}
