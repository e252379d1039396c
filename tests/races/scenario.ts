import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';

/** What a scenario is given: the stores, and settings of its own (JSON, so that they can go to other processes). */
export interface Ground<S> {
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly settings: S;
}

/** What one contender does: called once per input, all inputs at once. */
export type Act<I, O> = (input: I) => Promise<O>;

/**
 * A race as a module: its default export makes, in every process that takes part, what the contenders use.
 * Inputs and outputs are JSON. One module may offer several acts; `settings` says which.
 */
export type Scenario<S, I, O> = (ground: Ground<S>) => Act<I, O> | Promise<Act<I, O>>;

export interface ScenarioModule {
  readonly default: Scenario<unknown, unknown, unknown>;
}
