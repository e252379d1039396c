import { busy } from '../../src/kernel/unit-of-work.ts';
import { isUnanswered } from './knex/faults.ts';

/** Handles items that arrived together; the outcomes come in the order of the items. */
export type Flush<I, O> = (items: readonly I[]) => Promise<readonly O[]>;

export interface GroupOptions {
  /** Items in one flush at the most. */
  readonly maxBatch?: number;
  /** Items that may wait; more are refused at once, so that pressure is a 503 and not a growing queue. */
  readonly maxWaiting?: number;
}

/**
 * Turns of the event loop that a batch is gathered for, while each brings more. A commit takes as long as a few
 * dozen requests take to arrive, so without it a crowd falls in two halves that wait for each other's commits.
 */
const MAX_TURNS = 4;

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (outcome: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what arrives in one turn of the event loop, or while a flush is under way, is flushed
 * together, and each caller is answered only after that flush has ended. The first item arms the flush at
 * the end of the turn: one that stays alone goes then, a crowd is gathered for as long as it grows, a few turns
 * at the most. One flush is in flight at a time. A flush that fails is halved until the item that
 * fails stands alone, so that it does not fail its neighbours.
 */
export function group<I, O>(
  flush: Flush<I, O>,
  { maxBatch = 500, maxWaiting = 5_000 }: GroupOptions = {},
): (item: I) => Promise<O> {
  let waiting: Waiting<I, O>[] = [];
  let inFlight = false;

  /** `met` so many waited when the turn began. */
  const gather = (met: number, turns: number): void => {
    setImmediate(() => {
      const isGrowing = waiting.length > met && waiting.length < maxBatch && turns < MAX_TURNS;
      if (isGrowing) gather(waiting.length, turns + 1);
      else void drain();
    });
  };

  const drain = async (): Promise<void> => {
    const batch = waiting.slice(0, maxBatch);
    waiting = waiting.slice(maxBatch);
    await settle(batch, flush);
    if (waiting.length > 0) gather(1, 1);
    else inFlight = false;
  };

  return (item) =>
    new Promise<O>((resolve, reject) => {
      if (waiting.length >= maxWaiting) return reject(busy());
      waiting.push({ item, resolve, reject });
      if (inFlight) return undefined;
      inFlight = true;
      gather(1, 1);
      return undefined;
    });
}

/** A flush whose outcomes do not fit its items: what it did is done, so its halves must not be tried again. */
class Mismatch extends Error {}

/** An outcome too few would give a caller somebody else's: that flush has failed. */
const checked =
  <I, O>(flush: Flush<I, O>): Flush<I, O> =>
  async (items) => {
    const outcomes = await flush(items);
    if (outcomes.length === items.length) return outcomes;
    throw new Mismatch(`a flush of ${items.length} gave ${outcomes.length} outcomes`);
  };

async function settle<I, O>(batch: readonly Waiting<I, O>[], flush: Flush<I, O>): Promise<void> {
  try {
    const outcomes = await checked(flush)(batch.map(({ item }) => item));
    batch.forEach(({ resolve }, index) => resolve(outcomes[index] as O));
  } catch (error) {
    // What may be done all the same, nobody but its callers may try again.
    if (batch.length === 1 || error instanceof Mismatch || isUnanswered(error)) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await settle(batch.slice(0, middle), flush);
    await settle(batch.slice(middle), flush);
  }
}

/** Reads that arrive together become one; equal keys are read once. */
export function batchedRead<K extends string, V>(
  load: Flush<K, V>,
  options: GroupOptions = {},
): (key: K) => Promise<V> {
  return group<K, V>(async (keys) => {
    const distinct = [...new Set(keys)];
    const values = await checked(load)(distinct);
    const found = new Map(distinct.map((key, index) => [key, values[index] as V]));
    return keys.map((key) => found.get(key) as V);
  }, options);
}
