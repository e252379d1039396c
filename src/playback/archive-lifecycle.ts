import type { Machine } from '../kernel/state-machine.ts';

export type ArchiveStatus = 'writing' | 'kept' | 'abandoned';

/** `keep` takes the rows out of the database; `abandon` is of an attempt that came to nothing. */
export type ArchiveTrigger = 'keep' | 'abandon';

/** The life of an archive: the file of a written one is nobody's before it is kept. */
export const archiveLifecycle: Machine<ArchiveStatus, ArchiveTrigger> = {
  name: 'archive',
  initial: ['writing'],
  table: {
    writing: { keep: 'kept', abandon: 'abandoned' },
    kept: {},
    abandoned: {},
  },
};
