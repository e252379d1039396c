import type { AccountActor } from '../kernel/actor.ts';
import { isVisible } from './admission.ts';
import type { PlaybackDeps } from './deps.ts';
import type { PlaybackCommands, PlaybackQuestions, ShelfItem } from './face.ts';
import type { PlayableTitle } from './ports.ts';
import { revisedProgress, type Progress } from './progress.ts';
import { refusals } from './refusals.ts';
import { beholderOf, isLocked, itemOfProgress } from './shelf-item.ts';

type Shelves = Pick<PlaybackQuestions, 'continueWatching' | 'recentlyWatched'>;

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
});

/** Items for titles that are still to be seen; a page may hold fewer than were asked for. */
async function onShelf(
  deps: PlaybackDeps,
  actor: AccountActor,
  rows: readonly Progress[],
): Promise<readonly ShelfItem[]> {
  if (rows.length === 0) return [];
  const titles = await deps.titles.many(rows.map(({ titleId }) => titleId));
  const beholder = await beholderOf(deps.standings, actor);
  const shown = (row: Progress): readonly ShelfItem[] => {
    const title: PlayableTitle | undefined = titles.get(row.titleId);
    if (!title || !isVisible(title, beholder.isPrivileged)) return [];
    return [itemOfProgress(row, title, isLocked(title, beholder))];
  };
  return rows.flatMap(shown);
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
