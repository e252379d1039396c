import type { AccountActor } from '../kernel/actor.ts';
import { covered, isVisible } from './admission.ts';
import type { ShelfItem } from './face.ts';
import { percentOf } from './marks.ts';
import type { PlayableTitle, Standing, Standings } from './ports.ts';
import { stateOf, type Progress } from './progress.ts';
import type { Viewing } from './viewing.ts';

type Seen = Omit<ShelfItem, 'percent' | 'locked' | 'durationSeconds'>;

/** A line as it is shown today: the duration is the title's, as far as it is known. */
function line(seen: Seen, durationSeconds: number | null, locked: boolean): ShelfItem {
  return { ...seen, durationSeconds, percent: percentOf(seen.positionSeconds, durationSeconds), locked };
}

export const itemOfProgress = (progress: Progress, title: PlayableTitle, locked: boolean): ShelfItem =>
  line(
    {
      titleId: title.id,
      title: title.title,
      state: stateOf(progress),
      positionSeconds: progress.positionSeconds,
      lastWatchedAt: progress.lastWatchedAt,
    },
    title.durationSeconds ?? progress.durationSeconds,
    locked,
  );

export const itemOfViewing = (viewing: Viewing, locked: boolean): ShelfItem =>
  line(
    {
      titleId: viewing.titleId,
      title: viewing.title,
      state: viewing.state,
      positionSeconds: viewing.positionSeconds,
      lastWatchedAt: viewing.lastWatchedAt,
    },
    viewing.durationSeconds,
    locked,
  );

export interface Beholder {
  readonly standing: Standing;
  readonly isPrivileged: boolean;
}

export const beholderOf = async (standings: Standings, actor: AccountActor): Promise<Beholder> => ({
  standing: await standings.of(actor.accountId),
  isPrivileged: actor.isAdmin,
});

/** Whether the beholder could not start this title now; one that is gone is locked for everybody. */
export const isLocked = (title: PlayableTitle | undefined, { standing, isPrivileged }: Beholder): boolean =>
  !title || !isVisible(title, isPrivileged) || !covered({ isPrivileged }, standing, title.accessLevel);
