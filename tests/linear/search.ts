/** A call took effect at one instant between these two, if it did as one that is alone. */
export interface Interval {
  /** When it was called, in any unit that all calls share. */
  readonly from: number;
  /** When its answer was there. */
  readonly to: number;
}

/** What calls do, one after another. */
export interface SequentialModel<S, C> {
  readonly initial: S;
  /** The states behind a call that was answered as it was; none where no state would answer so. */
  step(state: S, call: C): readonly S[];
  /** Equal for states that answer every future call alike. */
  keyOf(state: S): string;
}

/** One bit for each call. */
const MAX_CALLS = 30;

/**
 * An order of the calls that one after another would have been answered as these were, none before one that had
 * ended when it began; undefined when there is none: the history is not linearizable. The search of Wing and Gong,
 * which tries each call that may be next, with Lowe's memory of what was tried: the same calls done, in the same state.
 */
export function linearize<S, C extends Interval>(
  calls: readonly C[],
  model: SequentialModel<S, C>,
): readonly C[] | undefined {
  if (calls.length > MAX_CALLS) throw new RangeError(`${calls.length} calls are too many`);
  const tried = new Set<string>();

  const from = (state: S, done: number): readonly C[] | undefined => {
    const left = calls.filter((_, index) => (done & (1 << index)) === 0);
    if (left.length === 0) return [];
    const known = `${done} ${model.keyOf(state)}`;
    if (tried.has(known)) return undefined;
    tried.add(known);
    const firstAnswer = Math.min(...left.map(({ to }) => to));
    for (const [index, call] of calls.entries()) {
      if ((done & (1 << index)) !== 0 || call.from > firstAnswer) continue;
      for (const next of model.step(state, call)) {
        const rest = from(next, done | (1 << index));
        if (rest) return [call, ...rest];
      }
    }
    return undefined;
  };

  return from(model.initial, 0);
}
