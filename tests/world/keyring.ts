import type { Keyring } from '../../adapters/media/signed-claims.ts';

/** Signing keys made of words, the current one first. */
export function keyring(...[first, ...older]: readonly [string, ...string[]]): Keyring {
  const named = (kid: string): Keyring['current'] => ({ kid, key: Buffer.from(`${kid} of the tests`) });
  return { current: named(first), all: [first, ...older].map(named) };
}
