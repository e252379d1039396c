import { monthsAfter, type Instant } from '../kernel/instant.ts';
import { follow } from '../kernel/state-machine.ts';
import { archiveLifecycle, type ArchiveStatus, type ArchiveTrigger } from './archive-lifecycle.ts';
import { monthAround, monthOf } from './month.ts';
import { newestFirst, type Viewing } from './viewing.ts';

/** Viewings of one account and one month that lie in a file. A month may have several. */
export interface Archive {
  readonly id: string;
  readonly accountId: string;
  /** `2026-01`, in UTC. */
  readonly month: string;
  readonly status: ArchiveStatus;
  readonly viewings: number;
  /** When the first and the last of its viewings began. */
  readonly oldestAt: Instant;
  readonly newestAt: Instant;
  /** When its writing began. */
  readonly begunAt: Instant;
  readonly version: number;
}

export type NewArchive = Pick<Archive, 'id' | 'accountId' | 'begunAt'>;

/** An archive of viewings, at least one, that all began in one month. */
export function beginArchive(made: NewArchive, viewings: readonly Viewing[]): Archive {
  const sorted = [...viewings].sort(newestFirst);
  const [newest, oldest] = [sorted.at(0), sorted.at(-1)];
  if (!newest || !oldest) throw new RangeError('an archive of nothing');
  const month = monthOf(oldest.startedAt);
  if (month !== monthOf(newest.startedAt)) throw new RangeError('an archive of more than one month');
  return {
    ...made,
    month,
    status: 'writing',
    viewings: viewings.length,
    oldestAt: oldest.startedAt,
    newestAt: newest.startedAt,
    version: 1,
  };
}

/** The archive one version on; undefined where its lifecycle does not lead. */
export function moved(archive: Archive, trigger: ArchiveTrigger): Archive | undefined {
  const status = follow(archiveLifecycle, archive.status, trigger);
  return status && { ...archive, status, version: archive.version + 1 };
}

/** What began before this may be archived: the running month and so many whole ones before it stay. */
export const archiveBorder = (now: Instant, historyMonths: number): Instant =>
  monthsAfter(monthAround(now).from, -historyMonths);
