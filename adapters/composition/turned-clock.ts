import { DAY } from '../../src/kernel/instant.ts';
import * as keys from './keys.ts';
import { resolve } from './token.ts';
import type { Container } from 'inversify';

/** Said at the start, because nothing else would say why things of this database lie in the future. */
export async function tellTurnedClock(container: Container): Promise<void> {
  const offset = await resolve(container, keys.UNIT_OF_WORK).read(({ clockOffset }) => clockOffset.read());
  if (offset === 0) return;
  resolve(container, keys.LOGGER).warn(
    { aheadDays: Math.round(offset / DAY) },
    'the clock of this database was turned ahead under CLOCK=virtual: what happened then lies in the future',
  );
}
