import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../src/kernel/domain-error.ts';
import { SECOND } from '../../src/kernel/instant.ts';
import type { Idempotency } from '../../src/kernel/once.ts';
import type { Entitlements, Granted } from '../../src/entitlements/index.ts';
import { entitlementsOn, holding, ids } from '../world/entitlements.ts';
import { pacedClock, type Pace } from '../world/paced-clock.ts';
import { patiently } from './patience.ts';
import type { Scenario } from './scenario.ts';

export interface ReservationSettings {
  readonly granted: Granted;
  readonly pace: Pace;
}

/** Somebody who uses units, or sets them aside for a second of the race's own time. */
export type Client = {
  readonly accountId: string;
  readonly amount: number;
  /** In seconds of the race. */
  readonly waitSeconds: number;
} & (
  | { readonly does: 'consume' }
  | {
      readonly does: 'reserve';
      readonly holdSeconds: number;
      readonly ends: 'commit' | 'release' | 'never';
      /** Units that are committed. */
      readonly commits: number;
    }
);

/** What a client was told that it used in the end, and the reservation that it made. */
export interface Used {
  readonly units: number;
  readonly reservationId: string | null;
  readonly isLate: boolean;
}

const scenario: Scenario<ReservationSettings, Client, Used> = ({ unitOfWork, settings }) => {
  const { granted, pace } = settings;
  const everybody = holding([granted]);
  const { entitlements } = entitlementsOn(unitOfWork, { everybody, clock: pacedClock(pace) });
  const passed = (seconds: number): Promise<void> => pause((seconds * SECOND) / pace.speed);

  return async (client) => {
    const { accountId, amount, waitSeconds } = client;
    const use = { accountId, feature: granted.feature, amount, onBehalf: false };
    await passed(waitSeconds);
    if (client.does === 'consume') {
      const request = { ...use, idempotency: keyed() };
      await patiently(() => entitlements.consume(request));
      return { units: amount, reservationId: null, isLate: false };
    }
    const request = { ...use, seconds: 1, idempotency: keyed() };
    const { result } = await patiently(() => entitlements.reserve(request));
    await passed(client.holdSeconds);
    const units = client.ends === 'never' ? 0 : await ended(entitlements, result.id, client);
    return { units: units ?? 0, reservationId: result.id, isLate: units === undefined };
  };
};

export default scenario;

const keyed = (): Idempotency => {
  const key = ids.next();
  return { key, fingerprint: key };
};

/** Units that were committed; undefined when it was too late. */
async function ended(
  { commit, release }: Entitlements,
  reservationId: string,
  { ends, commits, accountId }: Extract<Client, { does: 'reserve' }>,
): Promise<number | undefined> {
  const end = { reservationId, accountId };
  try {
    const { committed } = await patiently(() =>
      ends === 'commit' ? commit({ ...end, amount: commits }) : release(end),
    );
    return committed ?? 0;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'entitlements.reservation-expired') return undefined;
    throw error;
  }
}
