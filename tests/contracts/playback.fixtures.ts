import { instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { playbackPolicy } from '../../src/playback/policy.ts';
import { beginStream, type NewStream, type Stream } from '../../src/playback/stream.ts';

export const NOW = instant(Date.UTC(2026, 0, 31, 12));
export const ALICE = '01980000-0000-7000-8000-00000000a11c';
export const BOB = '01980000-0000-7000-8000-000000000b0b';
export const FILM = '01980000-0000-7000-8000-00000000f11a';

let counter = 0;
export const nextId = (): string => {
  counter += 1;
  return `01980000-0000-7000-8000-${counter.toString().padStart(12, '0')}`;
};

export const streamOf = (changes: Partial<NewStream> = {}, startedAt: Instant = NOW): Stream =>
  beginStream(
    {
      id: nextId(),
      accountId: ALICE,
      secretHash: null,
      deviceId: 'tv',
      deviceName: 'Television',
      titleId: FILM,
      title: 'Metropolis',
      accessLevel: 'basic',
      isPrivileged: false,
      terminationCode: nextId(),
      positionSeconds: 12.25,
      durationSeconds: 5_400.5,
      creditsStartSeconds: null,
      ...changes,
    },
    { now: startedAt, policy: playbackPolicy },
  );

export const bumped = <T extends { readonly version: number }>(record: T): T => ({
  ...record,
  version: record.version + 1,
});

/** The race that a piece of work lost, seen from inside its unit of work. */
export async function lostRaceOf<S>(
  unitOfWork: UnitOfWork<S>,
  work: (stores: S) => Promise<void>,
): Promise<unknown> {
  let lost: unknown;
  await unitOfWork
    .run(async (stores) => {
      await work(stores).catch((error: unknown) => {
        lost = error;
        throw error;
      });
    })
    .catch(() => undefined);
  return lost;
}
