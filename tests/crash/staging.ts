import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { composeUsher } from '../../adapters/composition/usher.ts';
import { listen } from '../../adapters/http/server.ts';
import { setStage } from '../bench/cast.ts';
import type { Offer } from './buyers.ts';
import type { Ground } from './ground.ts';

export const ADMIN = { email: 'crash-admin@example.com', password: 'crash admin password 1' };

/** An admin, a plan of one day and a published title, put in place by a product in this process. */
export const stage = (ground: Ground): Promise<Offer> => staged(ground, (base) => setStage(base, ADMIN, 0));

/** An admin, and what is set up over REST at a product in this process. */
export async function staged<R>(ground: Ground, setUp: (base: string) => Promise<R>): Promise<R> {
  const config = parseConfig({ ...ground.env, RUN_JOBS: 'false' });
  const usher = await composeUsher(config);
  try {
    await usher.start();
    await usher.faces.identity.createAdmin({ actor: { kind: 'system', job: 'tests' }, ...ADMIN });
    const listening = await listen(usher.app(), config.http);
    try {
      return await setUp(listening.url);
    } finally {
      await listening.stop();
    }
  } finally {
    await usher.close();
  }
}
