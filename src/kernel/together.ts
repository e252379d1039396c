/**
 * Makes, from what handles many items at once, what handles one: callers of the same moment are gathered, and
 * each is answered after their batch. How they are gathered is the composition's business.
 */
export type Together = <I, O>(
  flush: (items: readonly I[]) => Promise<readonly O[]>,
) => (item: I) => Promise<O>;

/** The same for questions: equal keys of one moment are asked once. */
export type BatchedRead = <V>(
  load: (keys: readonly string[]) => Promise<readonly V[]>,
) => (key: string) => Promise<V>;

/** Each item is a batch of its own. */
export const singly: Together = (flush) => async (item) => {
  const [outcome] = await flush([item]);
  if (outcome === undefined) throw new Error('a flush of one gave no outcome');
  return outcome;
};
