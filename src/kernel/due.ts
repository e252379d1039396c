import type { Instant } from './instant.ts';

/**
 * What a sweep did: due work is rows with a due time, taken in bounded batches by use cases. `done` counts
 * what was handled; a full batch means that there may be more.
 */
export interface Swept {
  readonly done: number;
}

/** Where a context's due work can be asked for the instant of its next row, so that a virtual clock stops there. */
export interface DueWork {
  /** The earliest due time at or before `until`, or undefined when nothing falls due by then. */
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}
