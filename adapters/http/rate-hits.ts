/** The counter of one caller in its window. */
export interface Hits {
  /** This request included. */
  readonly total: number;
  /** What is left of the window. */
  readonly leftMs: number;
}

/** Counts whole requests by caller. */
export interface HitCounter {
  /** The number of this request in its window; at once where nobody has to be asked. */
  hit(key: string, limit: number): Hits | Promise<Hits>;
}

export const WINDOW_MS = 60_000;

interface Window {
  hits: number;
  readonly endsAt: number;
}

/** Counters of a process that is alone. */
export function memoryHits(): HitCounter {
  // Two generations, of a window each: a window is over when nobody has called in it for so long.
  let young = new Map<string, Window>();
  let old = new Map<string, Window>();
  let turnsAt = performance.now() + WINDOW_MS;

  const windowOf = (key: string, now: number): Window => {
    if (now >= turnsAt) {
      old = young;
      young = new Map();
      turnsAt = now + WINDOW_MS;
    }
    const known = young.get(key) ?? old.get(key);
    const window = known && now < known.endsAt ? known : { hits: 0, endsAt: now + WINDOW_MS };
    young.set(key, window);
    return window;
  };

  return {
    hit: (key) => {
      const now = performance.now();
      const window = windowOf(key, now);
      window.hits += 1;
      return { total: window.hits, leftMs: window.endsAt - now };
    },
  };
}
