import { setTimeout as pause } from 'node:timers/promises';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { DomainError } from '../../src/kernel/domain-error.ts';
import { fromRfc3339, instant, SECOND, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { keyOf, type Granted, type Meter, type UsageEntry } from '../../src/entitlements/index.ts';
import type { Scenario } from '../races/scenario.ts';
import { entitlementsOn, holding, operator, type EntitlementWorld } from '../world/entitlements.ts';
import { monotonicMs, pacedClock, type Pace } from '../world/paced-clock.ts';
import type { Answer, Call, Numbers, Operation } from './history.ts';

export interface PlayerSettings {
  readonly granted: Granted;
  readonly pace: Pace;
  /** Believes of a meter what it last stored of it, whatever the store holds. */
  readonly naive: boolean;
}

/** One client of an account, who does one thing after another. */
export interface Player {
  readonly accountId: string;
  readonly anchor: Instant;
  readonly client: number;
  readonly plan: readonly { readonly operation: Operation; readonly waitMs: number }[];
  /** Reservations that were made before, by their names. */
  readonly reservations: Readonly<Record<string, string>>;
}

/** Compositions of each process: clients of one account meet in one of them, and across two. */
const WORLDS = 2;

const scenario: Scenario<PlayerSettings, Player, readonly Call[]> = ({ unitOfWork, settings }) => {
  const { pace, naive } = settings;
  const worlds = Array.from({ length: WORLDS }, () =>
    entitlementsOn(naive ? forgetful(unitOfWork) : unitOfWork, { clock: pacedClock(pace) }),
  );
  return (player) => play(player, worlds[player.client % WORLDS] as EntitlementWorld, settings);
};

export default scenario;

export async function play(
  { accountId, anchor, client, plan, reservations }: Player,
  world: EntitlementWorld,
  { granted, pace }: PlayerSettings,
  ids = new Map(Object.entries(reservations)),
): Promise<readonly Call[]> {
  world.put(accountId, holding([granted], { anchor }));
  world.know(accountId);
  const calls: Call[] = [];
  for (const { operation, waitMs } of plan) {
    if (waitMs > 0) await pause(waitMs);
    // Nothing can be ended whose reservation was refused.
    if ((operation.does === 'commit' || operation.does === 'release') && !ids.has(operation.name)) continue;
    const from = timeAt(pace, monotonicMs());
    const asked = dated(operation, from);
    const answer = await answerTo(world, { accountId, feature: granted.feature, ids }, asked);
    calls.push({ client, from, to: timeAt(pace, monotonicMs()), operation: asked, answer });
  }
  return calls;
}

const timeAt = ({ from, sinceMs, speed }: Pace, ms: number): number => from + (ms - sinceMs) * speed;

/** A plan says how long a grant lives; what is asked for is when it ends. */
const dated = (operation: Operation, now: number): Operation =>
  operation.does === 'grant' && operation.expiresAt !== null
    ? { ...operation, expiresAt: Math.floor(now) + operation.expiresAt * SECOND }
    : operation;

interface Asking {
  readonly accountId: string;
  readonly feature: string;
  readonly ids: Map<string, string>;
}

async function answerTo(world: EntitlementWorld, asking: Asking, operation: Operation): Promise<Answer> {
  try {
    return await done(world, asking, operation);
  } catch (error) {
    if (error instanceof DomainError) return refusedAs(error);
    throw error;
  }
}

function refusedAs({ code, details }: DomainError): Answer {
  if (code === 'entitlements.reservation-closed')
    return { says: 'closed', status: String(details['reservation_status']) };
  if (code !== 'entitlements.limit-reached') return { says: 'refused', code };
  const [used, limit, remaining] = ['used', 'limit', 'remaining'].map((name) => Number(details[name]));
  const resetsAt = fromRfc3339(String(details['resets_at']));
  return { says: 'limit-reached', numbers: numbersOf({ used, limit, remaining, resetsAt }) };
}

/** A number that is missing agrees with none. */
type Told = { readonly [name in keyof Numbers]?: number | null | undefined };

const numbersOf = ({ used, limit, remaining, resetsAt }: Told): Numbers => ({
  used: used ?? Number.NaN,
  limit: limit ?? Number.NaN,
  remaining: remaining ?? Number.NaN,
  resetsAt: resetsAt ?? Number.NaN,
});

async function done(
  { entitlements }: EntitlementWorld,
  { accountId, feature, ids }: Asking,
  operation: Operation,
): Promise<Answer> {
  const asked = { accountId, feature, onBehalf: false };
  switch (operation.does) {
    case 'consume': {
      const { amount, key } = operation;
      const keyed = key === null ? {} : { idempotency: { key: `${accountId} ${key}`, fingerprint: key } };
      const { result, replayed } = await entitlements.consume({ ...asked, amount, ...keyed });
      return { says: 'used', numbers: numbersOf(result), replayed };
    }
    case 'reserve': {
      const { amount, seconds, name } = operation;
      const { result } = await entitlements.reserve({ ...asked, amount, seconds });
      ids.set(name, result.id);
      return { says: 'reserved', at: result.createdAt, expiresAt: result.expiresAt };
    }
    case 'commit':
    case 'release': {
      const end = { reservationId: ids.get(operation.name) ?? '', accountId };
      const { status, committed } =
        operation.does === 'commit'
          ? await entitlements.commit({ ...end, amount: operation.amount })
          : await entitlements.release(end);
      return { says: 'ended', status, committed };
    }
    case 'grant': {
      const expiresAt = operation.expiresAt === null ? null : instant(operation.expiresAt);
      const given = { source: 'gift', amount: operation.amount, priority: null, expiresAt } as const;
      await entitlements.grant({ ...given, accountId, feature, actor: operator });
      return { says: 'granted' };
    }
    case 'look': {
      const usage = (await entitlements.usage(accountId)).find((each) => each.feature === feature);
      return { says: 'seen', numbers: numbersOf(usage ?? {}) };
    }
  }
}

/** Holds a meter, but goes on from what it stored of it last; and never settles. */
function forgetful(unitOfWork: UnitOfWork<AllStores>): UnitOfWork<AllStores> {
  const last = new Map<string, Meter>();
  const believing = (stores: AllStores): AllStores => ({
    ...stores,
    meters: {
      ...stores.meters,
      settle: async () => new Set(),
      hold: async (keys) =>
        (await stores.meters.hold(keys)).map((held): Meter => ({
          ...held,
          ...last.get(keyOf(held)),
          version: held.version,
        })),
      save: async (entries: readonly UsageEntry[]) => {
        await stores.meters.save(entries);
        for (const { meter } of entries) last.set(keyOf(meter), meter);
      },
    },
  });
  return {
    run: (work) => unitOfWork.run((stores) => work(believing(stores))),
    single: (work) => unitOfWork.single((stores) => work(believing(stores))),
    read: (work) => unitOfWork.read(work),
  };
}
