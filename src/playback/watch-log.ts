import type { Instant } from '../kernel/instant.ts';
import type { WatchState } from './progress.ts';

/** A logged watch: said by a client without a stream of ours. Never changed, and erased with its account. */
export interface WatchLogEntry {
  readonly id: string;
  readonly accountId: string;
  readonly titleId: string;
  readonly title: string;
  readonly startedAt: Instant;
  readonly state: WatchState;
  readonly positionSeconds: number;
  readonly durationSeconds: number | null;
}
