/**
 * A lifecycle as data: one table is the rule, the diagram in the docs and the test matrix. Each state must
 * have a row, so a state that nobody decided about does not compile. A trigger may lead to several states;
 * which of them is the business of the rule that pulls it.
 */
export interface Machine<S extends string, T extends string> {
  readonly name: string;
  readonly initial: readonly S[];
  readonly table: Readonly<Record<S, Readonly<Partial<Record<T, S | readonly S[]>>>>>;
}

/** Where `trigger` may lead from `state`; empty when the table does not list it. */
export function targets<S extends string, T extends string>(
  machine: Machine<S, T>,
  state: S,
  trigger: T,
): readonly S[] {
  const target: S | readonly S[] | undefined = machine.table[state][trigger];
  if (target === undefined) return [];
  return typeof target === 'string' ? [target] : target;
}

export const allows = <S extends string, T extends string>(
  machine: Machine<S, T>,
  state: S,
  trigger: T,
): boolean => targets(machine, state, trigger).length > 0;

/** The one state that `trigger` leads to, or undefined when refused. For triggers with a single target. */
export const follow = <S extends string, T extends string>(
  machine: Machine<S, T>,
  state: S,
  trigger: T,
): S | undefined => targets(machine, state, trigger)[0];

export const isFinal = <S extends string, T extends string>(machine: Machine<S, T>, state: S): boolean =>
  Object.keys(machine.table[state]).length === 0;

export const statesOf = <S extends string, T extends string>(machine: Machine<S, T>): readonly S[] =>
  Object.keys(machine.table) as S[];
