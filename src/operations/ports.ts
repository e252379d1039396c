import type { Clock, Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { Delivery } from './delivery.ts';
import type { JobRun } from './job.ts';

export interface Claim {
  readonly now: Instant;
  /** When the claimed deliveries are due again, unless their runner has said how they went. */
  readonly until: Instant;
  readonly limit: number;
}

/** What is owed, where the product keeps its own queue. Rows come in with the outbox. */
export interface DeliveryStore {
  /** Whether one is due: a question, so that an idle runner writes nothing. */
  anyDue(now: Instant): Promise<boolean>;
  /** Takes due deliveries, oldest first, each for one runner alone, and counts the attempt. */
  claim(claim: Claim): Promise<readonly Delivery[]>;
  /** Removes a delivery that has succeeded. */
  done(id: string): Promise<void>;
  /** Keeps how an attempt went; without effect when a later attempt has begun, or the delivery is done. */
  settle(delivery: Delivery): Promise<void>;
  find(id: string): Promise<Delivery | undefined>;
  /** How many are still tried, and the dead, newest first, at most `limit`. */
  backlog(limit: number): Promise<{ readonly waiting: number; readonly dead: readonly Delivery[] }>;
}

/** An event and its place in the journal. */
export interface JournalEntry {
  readonly position: number;
  readonly event: DomainEvent;
}

/** Every event ever recorded, in the order of recording. */
export interface JournalStore {
  /** The place of the newest event; 0 in an empty journal. */
  end(): Promise<number>;
  /**
   * Events behind a place, in order. A transaction that commits late can still slip in before the place
   * on Postgres: good for showing what happened, not for a consumer that must miss nothing.
   */
  since(position: number, limit: number): Promise<readonly JournalEntry[]>;
  findAll(ids: readonly string[]): Promise<readonly DomainEvent[]>;
}

export interface JobRunStore {
  find(name: string): Promise<JobRun | undefined>;
  list(): Promise<readonly JobRun[]>;
  /** Takes a due run for this process alone by moving the next one on; false when it is not due. */
  take(turn: { readonly name: string; readonly now: Instant; readonly nextRunAt: Instant }): Promise<boolean>;
  /** Keeps a run's outcome. Its `nextRunAt` counts only for a job that has never been taken. */
  put(run: JobRun): Promise<void>;
}

/** How far the virtual clock is ahead of the system's, in milliseconds; shared by all processes. */
export interface ClockOffsetStore {
  read(): Promise<number>;
  /** Moves it to `offset`, never back; the offset as it is then. */
  raise(offset: number): Promise<number>;
}

export interface OperationsStores {
  readonly deliveries: DeliveryStore;
  readonly journal: JournalStore;
  readonly jobRuns: JobRunStore;
  readonly clockOffset: ClockOffsetStore;
}

/** Runs one reaction to one event; rejects when it is to be tried again. */
export type React = (reaction: string, event: DomainEvent) => Promise<void>;

/** A delivery as the admin sees it, whoever queues it. */
export interface DeadDelivery {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string | null;
  readonly reaction: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly diedAt: Instant | null;
}

export interface Backlog {
  readonly waiting: number;
  readonly dead: readonly DeadDelivery[];
}

/** Whatever brings events to their reactions: a table of ours, or pg-boss. */
export interface DeliveryQueue {
  /** Runs what is due until nothing is, retries that wait excepted; how many were tried. */
  drain(): Promise<number>;
  backlog(): Promise<Backlog>;
  /** Has a dead delivery tried anew; false when there is none of this id. */
  redrive(id: string): Promise<boolean>;
}

/** A clock that can be moved forward. It runs on by itself in between. */
export interface MovableClock extends Clock {
  /** Moves to `at`, for every process; a moment that has passed changes nothing. */
  moveTo(at: Instant): Promise<void>;
}

/** Where failures of background work are told, beside their rows. */
export interface FailureLog {
  failed(what: string, error: unknown): void;
}
