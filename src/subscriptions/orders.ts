import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Quote } from './purchase.ts';
import type { Mirrored } from './subscription-events.ts';

/** One subscription of one account, and who acts on it. */
export interface Target {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly actor: Actor;
  readonly now: Instant;
}

export interface FailedCollection {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly paymentId: string;
  readonly now: Instant;
}

export interface Awaiting {
  readonly accountId: string;
  /** Of kind `start` or `scheduled`. */
  readonly quote: Quote;
  readonly actor: Actor;
  readonly now: Instant;
}

export interface Mirroring {
  readonly accountId: string;
  /** Null: the first that is heard of it. */
  readonly subscriptionId: string | null;
  readonly given: Mirrored;
  readonly actor: Actor;
  readonly now: Instant;
}
