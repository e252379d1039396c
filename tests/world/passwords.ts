import type { Passwords } from '../../src/identity/index.ts';

/** Hashes that cost nothing: what a hash costs is tested where hashing is tested. */
export const plainPasswords: Passwords = {
  hash: async (password) => `plain:${password}`,
  verify: async (password, hash) => (hash === `plain:${password}` ? 'right' : 'wrong'),
};
