import type { Override } from './override.ts';
import { parseConfig } from './parse-config.ts';
import { composeUsher, type Usher } from './usher.ts';

/**
 * The whole product in memory, with a clock that can be turned: for tests and for embedding. `variables`
 * are those of the environment, as `.env.example` lists them.
 */
export const composeInMemory = (
  variables: Readonly<Record<string, string>> = {},
  ...overrides: readonly Override[]
): Promise<Usher> =>
  composeUsher(
    parseConfig({ PROFILE: 'memory', CLOCK: 'virtual', LOG_LEVEL: 'silent', SEED: 'none', ...variables }),
    ...overrides,
  );
