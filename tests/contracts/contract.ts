import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';

/** Opens a fresh, empty set of stores for one test. */
export type Open<Stores> = () => Promise<UnitOfWork<Stores>>;

/** The laws of one port, as tests that any implementation must pass. */
export type Contract<Stores> = (open: Open<Stores>) => void;

/** Exactly one contract for each store: a store without one does not compile. */
export type Contracts = { readonly [K in keyof AllStores]: Contract<AllStores> };
