import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';

/** Opens a fresh, empty set of stores for one test. */
export type Open<Stores> = () => Promise<UnitOfWork<Stores>>;

/** The laws of one port, as tests that any implementation must pass. */
export type Contract<Stores> = (open: Open<Stores>) => void;
