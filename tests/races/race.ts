import { chanceOf } from '../world/chance.ts';

export { chanceOf, proving, seeds, sized } from '../world/chance.ts';

/** Seeds of the naive variants, of which at least one must break. */
export const naiveSeeds: readonly number[] = [1, 2, 3, 4, 5];

/** The same items in an order of chance, so that each seed deals them out differently. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const chance = chanceOf(seed);
  return items
    .map((item) => ({ item, place: chance() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** What became of one contender: a value, or the code it was refused with (`defect` when it had none). */
export type Outcome<O> =
  | { readonly value: O }
  | {
      readonly refused: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

export const hasWon = <O>(outcome: Outcome<O>): outcome is { readonly value: O } => 'value' in outcome;

export const wins = <O>(outcomes: readonly Outcome<O>[]): readonly O[] =>
  outcomes.filter(hasWon).map(({ value }) => value);

/** How often each code was the answer; a win counts as `won`. */
export function tally(outcomes: readonly Outcome<unknown>[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = hasWon(outcome) ? 'won' : outcome.refused;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Outcomes whose code is none of `expected`: what nobody should ever see. */
export const unexpected = (
  outcomes: readonly Outcome<unknown>[],
  expected: readonly string[],
): readonly string[] =>
  outcomes.flatMap((outcome) =>
    hasWon(outcome) || expected.includes(outcome.refused) ? [] : [`${outcome.refused}: ${outcome.message}`],
  );

/** Lets contenders wait until all of them stand at the line. */
export function barrier(): { readonly reached: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { reached: promise, open: resolve };
}

/** Starts one contender per input, all from the same line; the outcomes come in the order of the inputs. */
export async function together<I, O>(
  inputs: readonly I[],
  act: (input: I) => Promise<O>,
): Promise<readonly Outcome<O>[]> {
  const line = barrier();
  const contenders = inputs.map(async (input): Promise<Outcome<O>> => {
    await line.reached;
    try {
      return { value: await act(input) };
    } catch (error) {
      return refusedWith(error);
    }
  });
  line.open();
  return Promise.all(contenders);
}

function refusedWith(error: unknown): Outcome<never> {
  if (!(error instanceof Error)) return { refused: 'defect', message: String(error), details: {} };
  const refused = 'code' in error && typeof error.code === 'string' ? error.code : 'defect';
  const details =
    'details' in error && typeof error.details === 'object' && error.details !== null ? error.details : {};
  const cause = error.cause instanceof Error ? `, by ${error.cause.message}` : '';
  return { refused, message: `${error.stack ?? error.message}${cause}`, details: { ...details } };
}

/** Runs a naive variant seed by seed until one breaks; true when one did. */
export async function breaksOnSomeSeed(broken: (seed: number) => Promise<boolean>): Promise<boolean> {
  for (const seed of naiveSeeds) if (await broken(seed)) return true;
  return false;
}
