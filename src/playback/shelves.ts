import type { AccountActor } from '../kernel/actor.ts';
import { fromRfc3339, monthsAfter } from '../kernel/instant.ts';
import { pageOf, type Page } from '../kernel/page.ts';
import { isVisible } from './admission.ts';
import type { PlaybackDeps } from './deps.ts';
import type { PlaybackCommands, PlaybackQuestions, ShelfItem } from './face.ts';
import type { HistoryRequest, PlayableTitle, WatchLogEntry } from './ports.ts';
import { revisedProgress, type Progress } from './progress.ts';
import { refusals } from './refusals.ts';
import { isLocked, itemOfLog, itemOfProgress, itemOfStream, type Beholder } from './shelf-item.ts';
import type { Stream } from './stream.ts';

type Shelves = Pick<PlaybackQuestions, 'continueWatching' | 'recentlyWatched' | 'history'>;

/** The shelves of one account: read from what the last report committed, so true at the next read. */
export const shelves = (deps: PlaybackDeps): Shelves => ({
  continueWatching: async (actor, request) => {
    const page = await deps.unitOfWork.read(({ progress }) =>
      progress.unfinishedOf(actor.accountId, request),
    );
    return { items: await onShelf(deps, actor, page.items), nextCursor: page.nextCursor };
  },

  recentlyWatched: async (actor, limit) => {
    const most = Math.min(limit, deps.policy.recentTitles);
    const latest = await deps.unitOfWork.read(({ progress }) => progress.latestOf(actor.accountId, most));
    return onShelf(deps, actor, latest);
  },

  history: async (actor, { month, ...request }) => {
    const within = month === null ? undefined : monthOf(month);
    const page = await viewings(deps, actor, { ...request, within });
    const titles = await deps.titles.many(distinct(page.items.map(({ titleId }) => titleId)));
    const beholder = await beholderOf(deps, actor);
    const item = (viewing: Viewing): ShelfItem => {
      const locked = isLocked(titles.get(viewing.titleId), beholder);
      return 'state' in viewing ? itemOfLog(viewing, locked) : itemOfStream(viewing, locked);
    };
    return { items: page.items.map(item), nextCursor: page.nextCursor };
  },
});

type Viewing = Stream | WatchLogEntry;

/** Streams and logged watches as one list: both are kept in the order of their beginning, so a page is a merge. */
async function viewings(
  { unitOfWork }: PlaybackDeps,
  { accountId }: AccountActor,
  request: HistoryRequest,
): Promise<Page<Viewing>> {
  const [streamed, logged] = await unitOfWork.read(({ streams, watchLog }) =>
    Promise.all([streams.reportedOf(accountId, request), watchLog.of(accountId, request)]),
  );
  const merged: Viewing[] = [...streamed.items, ...logged.items];
  merged.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
  const page = pageOf(merged, request.limit, ({ startedAt, id }) => ({ value: startedAt, id }));
  if (page.nextCursor !== null) return page;
  // Neither list was cut by the merge; one that was cut by the store ends at the same place.
  return { items: page.items, nextCursor: streamed.nextCursor ?? logged.nextCursor };
}

/** Items for titles that are still to be seen; a page may hold fewer than were asked for. */
async function onShelf(
  deps: PlaybackDeps,
  actor: AccountActor,
  rows: readonly Progress[],
): Promise<readonly ShelfItem[]> {
  if (rows.length === 0) return [];
  const titles = await deps.titles.many(rows.map(({ titleId }) => titleId));
  const beholder = await beholderOf(deps, actor);
  const shown = (row: Progress): readonly ShelfItem[] => {
    const title: PlayableTitle | undefined = titles.get(row.titleId);
    if (!title || !isVisible(title, beholder.isPrivileged)) return [];
    return [itemOfProgress(row, title, isLocked(title, beholder))];
  };
  return rows.flatMap(shown);
}

const beholderOf = async ({ standings }: PlaybackDeps, actor: AccountActor): Promise<Beholder> => ({
  standing: await standings.of(actor.accountId),
  isPrivileged: actor.isAdmin,
});

const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

function monthOf(month: string): NonNullable<HistoryRequest['within']> {
  const from = /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? fromRfc3339(`${month}-01T00:00:00Z`) : undefined;
  if (from === undefined) throw refusals.badMonth();
  return { from, to: monthsAfter(from, 1) };
}

export const dismiss =
  ({ unitOfWork, clock }: PlaybackDeps): PlaybackCommands['dismiss'] =>
  async ({ actor, titleId }) =>
    unitOfWork.run(async ({ progress }) => {
      const [known] = await progress.hold([{ accountId: actor.accountId, titleId }]);
      if (!known) throw refusals.notFound();
      if (known.dismissedAt !== null) return;
      await progress.saveAll([revisedProgress(known, { ...known, dismissedAt: clock.now() })]);
    });
