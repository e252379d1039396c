import type { Instant } from './instant.ts';

/** Something that happened. `type` is `context.past-tense`; `data` is JSON and holds no secret. */
export interface DomainEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  /** The account concerned, where there is one. */
  readonly accountId: string | null;
  readonly subjectId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The way out of a unit of work. Law: each (event, reaction) is delivered at least once if and only if the
 * unit of work committed, in no promised order; each effect brings a key of its own, so that it happens once.
 */
export interface Outbox {
  add(events: readonly DomainEvent[]): Promise<void>;
}
