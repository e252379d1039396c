import { readdir } from 'node:fs/promises';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { AccountActor } from '../../src/kernel/actor.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Archive } from '../../src/playback/archive.ts';
import { playbackPolicy, type ShelfItem } from '../../src/playback/index.ts';
import { after, SECOND, type Instant } from '../../src/kernel/instant.ts';
import { beginStream, report, stop } from '../../src/playback/stream.ts';
import { ids, type PlaybackWorld } from './playback.ts';

/** More pages than any history of a test has. */
const MAX_PAGES = 10_000;

export interface Reading {
  readonly limit: number;
  readonly month: string | null;
  readonly cursor?: string | undefined;
}

/** The history of an account to its end, page by page. */
export async function pagesOf(
  { playback }: Pick<PlaybackWorld, 'playback'>,
  actor: AccountActor,
  { cursor: from, ...request }: Reading,
): Promise<readonly (readonly ShelfItem[])[]> {
  const pages: (readonly ShelfItem[])[] = [];
  let cursor = from;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor } = await playback.history(actor, { ...request, cursor });
    pages.push(items);
    if (nextCursor === null) return pages;
    cursor = nextCursor;
  }
  throw new Error('the history has no end');
}

/** The kept archives of an account, newest first. */
export const everyArchive = async (
  unitOfWork: UnitOfWork<AllStores>,
  accountId: string,
): Promise<readonly Archive[]> => {
  const all = { from: null, until: null, limit: 1_000 };
  return (await unitOfWork.read(({ archives }) => archives.keptOf(accountId, all))).items;
};

/** What was watched once: its position tells it from every other. */
export interface Watched {
  readonly at: Instant;
  readonly kind: 'stream' | 'log';
  readonly position: number;
}

/** Puts what an account watched into the stores as it lies there when it is long over. */
export async function lay(
  unitOfWork: UnitOfWork<AllStores>,
  { accountId }: Pick<AccountActor, 'accountId'>,
  watched: readonly Watched[],
): Promise<void> {
  const titleId = ids.next();
  const known = { titleId, title: 'Metropolis', durationSeconds: null };
  await unitOfWork.run(async ({ streams, watchLog }) => {
    for (const { at, kind, position } of watched) {
      const made = { ...known, id: ids.next(), accountId };
      if (kind === 'log')
        await watchLog.add({ ...made, startedAt: at, state: 'paused', positionSeconds: position });
      else await streams.add(streamOver({ ...made, at, position }));
    }
  });
}

type Over = Omit<Watched, 'kind'> & {
  readonly id: string;
  readonly accountId: string;
  readonly titleId: string;
  readonly title: string;
};

function streamOver({ at, position, ...of }: Over) {
  const policy = playbackPolicy;
  const begun = beginStream(
    {
      ...of,
      secretHash: null,
      deviceId: of.id,
      deviceName: 'Television',
      accessLevel: 'basic',
      isPrivileged: false,
      terminationCode: of.id,
      positionSeconds: 0,
      durationSeconds: null,
      creditsStartSeconds: null,
    },
    { now: at, policy },
  );
  const end = { now: after(at, 30 * SECOND), policy };
  return stop(report(begun, { seq: 1, positionSeconds: position, state: 'playing' }, end), end);
}

/** The history of an account as the positions of what it watched. */
export const positionsOf = async (...reading: Parameters<typeof pagesOf>): Promise<readonly number[]> =>
  (await pagesOf(...reading)).flat().map(({ positionSeconds }) => positionSeconds);

/** The files below a folder of archives, by name. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}
