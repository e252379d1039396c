import type { HitCounter, Hits } from './rate-hits.ts';

/** Hits of one caller, to be added to the counter that all processes share. */
export interface Asked {
  readonly key: string;
  readonly hits: number;
}

/** What the shared counter said. */
export interface Counted {
  /** The counter behind the last of those asked for. */
  readonly total: number;
  /** Names the window. */
  readonly resetAt: number;
  /** What was left of the window when it was counted. */
  readonly leftMs: number;
}

/** Hits that were counted and never came. */
export interface Returned extends Asked {
  /** The window that they were counted in. */
  readonly resetAt: number;
}

export interface SharedCounters {
  /** Gathers the calls of a moment. */
  count(asked: Asked): Promise<Counted>;
  /** Takes hits out of their window, if it still runs. */
  giveBack(returned: readonly Returned[]): Promise<void>;
  failed(error: unknown): void;
}

/** How often is counted ahead, and given back. */
const ROUND_MS = 100;
/** A process counts at most such a part of the limit ahead, so that sixteen of them hold half of it. */
const SHARE = 32;
/** So many rounds of a caller who goes on like this. */
const ROUNDS_AHEAD = 4;

/**
 * Counters that all processes share, without asking them at every request: of a caller who calls often and is far
 * from the limit, a few requests are counted ahead, ten times a second and for all callers in one statement; what
 * did not come is given back.
 *
 * Never one admission too many: whatever is admitted, or held to be, is part of the shared counter, and nothing is
 * held beyond the limit. Nor one too few for longer than a round or two: beyond half of the limit each request is
 * counted by itself, and what was refused is given back like what is held (ADR 15).
 */
export function hitsAhead(shared: SharedCounters, roundMs = ROUND_MS): HitCounter {
  const callers = new Map<string, Caller>();
  let timer: NodeJS.Timeout | undefined;

  const countOne = async (key: string, limit: number): Promise<Hits> => {
    const askedAt = performance.now();
    const counted = await shared.count({ key, hits: 1 });
    const caller = callers.get(key) ?? new Caller(limit);
    callers.set(key, caller);
    timer ??= setTimeout(round, roundMs).unref();
    caller.learn(counted, askedAt);
    return { total: caller.take(counted), leftMs: counted.leftMs };
  };

  const countAhead = async (key: string, caller: Caller, hits: number): Promise<void> => {
    const askedAt = performance.now();
    caller.coming += hits;
    try {
      const counted = await shared.count({ key, hits });
      caller.learn(counted, askedAt);
      if (callers.get(key) === caller) caller.hold(hits, counted);
      else await shared.giveBack([{ key, hits, resetAt: counted.resetAt }]);
    } finally {
      caller.coming -= hits;
    }
  };

  const round = (): void => {
    const returned: Returned[] = [];
    for (const [key, caller] of callers) {
      const wanted = caller.wanted();
      const spare = caller.release(wanted);
      if (wanted > 0) countAhead(key, caller, wanted).catch(shared.failed);
      if (spare > 0) returned.push({ key, hits: spare, resetAt: caller.resetAt });
      if (caller.calls === 0) callers.delete(key);
      caller.calls = 0;
    }
    if (returned.length > 0) shared.giveBack(returned).catch(shared.failed);
    timer = callers.size > 0 ? setTimeout(round, roundMs).unref() : undefined;
  };

  return { hit: (key, limit) => callers.get(key)?.next() ?? countOne(key, limit) };
}

/** What this process knows of a caller who has called just now. */
class Caller {
  /** Requests since the last round. */
  calls = 0;
  /** Hits that are being counted ahead. */
  coming = 0;
  resetAt = 0;
  readonly #limit: number;
  /** The counter, but for what is spare of it. */
  #total = 0;
  /** Hits of the counter that no request has taken yet. */
  #held = 0;
  /** Hits of the counter that were refused, or are nobody's because they are beyond the limit. */
  #spare = 0;
  /** By `performance.now()`, and never later than the end of the window. */
  #endsAt = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The next request, if it is counted already. */
  next(): Hits | undefined {
    const leftMs = this.#endsAt - performance.now();
    if (this.#held === 0 || leftMs <= 0) return undefined;
    this.#held -= 1;
    this.calls += 1;
    // Whatever the counter says by now, this one was held within the limit.
    return { total: Math.min(this.#total - this.#held, this.#limit), leftMs };
  }

  learn({ total, resetAt, leftMs }: Counted, askedAt: number): void {
    if (resetAt !== this.resetAt) {
      this.#held = 0;
      this.#spare = 0;
    }
    this.resetAt = resetAt;
    this.#total = total;
    this.#endsAt = askedAt + leftMs;
  }

  /** The number of a request that was counted by itself, as its caller hears it: what is held is still theirs. */
  take({ total }: Counted): number {
    this.calls += 1;
    if (total <= this.#limit) return total - this.#held;
    this.#spare += 1;
    return total;
  }

  /** Others may have come near the limit meanwhile: what is counted beyond it is nobody's. */
  hold(hits: number, { total }: Counted): void {
    const room = Math.max(0, Math.min(hits, this.#limit - (total - hits)));
    this.#held += room;
    this.#spare += hits - room;
    this.#total -= hits - room;
  }

  /** How many more to count ahead; below zero, how many are held for nothing. */
  wanted(): number {
    const isFar = this.#total * 2 <= this.#limit;
    const share = isFar ? Math.min(Math.floor(this.#limit / SHARE), this.calls * ROUNDS_AHEAD) : 0;
    return Math.max(share - this.#held - this.coming, -this.#held);
  }

  /** What is to be given back: all that is spare, and what is held for nothing. */
  release(wanted: number): number {
    const unused = Math.max(0, -wanted);
    const spare = this.#spare + unused;
    this.#held -= unused;
    this.#total -= unused;
    this.#spare = 0;
    return spare;
  }
}
