/** Lets one caller per key through at a time; the others are turned away at once, without waiting. */
export type Gate = <R>(key: string, work: () => Promise<R>, turnedAway: () => Error) => Promise<R>;

/**
 * A gate for one process. It decides nothing: the store does, for all processes. It spares the database a
 * crowd at one door (a button pressed a hundred times), whose members would hold a connection each while they
 * wait for the account's lock only to be refused.
 */
export function gate(): Gate {
  const inside = new Set<string>();
  return async (key, work, turnedAway) => {
    if (inside.has(key)) throw turnedAway();
    inside.add(key);
    try {
      return await work();
    } finally {
      inside.delete(key);
    }
  };
}
