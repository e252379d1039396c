import { PASSWORDS } from '../../adapters/composition/keys.ts';
import { besideServer } from '../../adapters/composition/config.ts';
import { instead } from '../../adapters/composition/override.ts';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { composeUsher, type Usher } from '../../adapters/composition/usher.ts';
import { plainPasswords } from '../world/passwords.ts';
import { call, setStage } from './cast.ts';
import type { Product } from './product.ts';

export interface Spectator {
  readonly authorization: string;
  readonly streamId: string;
  seq: number;
}

const AT_ONCE = 16;

async function several<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const done: R[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE)
    done.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(work))));
  return done;
}

/**
 * Subscribers by the thousand, each with an account and a token of their own. They register beside the server, with
 * passwords that are not hashed: ten thousand real ones would take longer than a token lives. Everything else they do
 * over REST. `ready` is called when all are there, and before the first of them watches.
 */
export async function gatherCrowd(
  usher: Product,
  count: number,
  ready: () => Promise<void>,
): Promise<readonly Spectator[]> {
  const { titleId, dayPlanId } = await setStage(usher.base, usher.admin, 0);
  const beside = await composeUsher(
    besideServer(parseConfig({ ...usher.variables, LOG_LEVEL: 'silent' })),
    instead(PASSWORDS, plainPasswords),
  );
  try {
    await beside.start();
    const people = Array.from({ length: count }, (_, index) => index);
    await several(people, async (index) => {
      const token = await admitted(beside, index, 'register');
      await call(usher.base, 'POST', '/payments', { token, body: { plan_id: dayPlanId } });
    });
    // Mails and whatever else a purchase brings about: it is not what is measured.
    await beside.faces.operations.settle();
    const tokens = await several(people, (index) => admitted(beside, index));
    await ready();
    return await several(tokens, async (token) => {
      const body = { title_id: titleId, device_id: 'tv' };
      const { id } = await call<{ id: string }>(usher.base, 'POST', '/playback/sessions', { token, body });
      return { authorization: `Bearer ${token}`, streamId: id, seq: 0 };
    });
  } finally {
    await beside.close();
  }
}

/** A new token of somebody, who registers first when they are new. */
async function admitted({ faces }: Usher, index: number, first?: 'register'): Promise<string> {
  const address = '127.0.0.1';
  const person = { email: `crowd-${index}@example.com`, password: `the word of number ${index}` };
  if (first) await faces.identity.register({ ...person, name: null, address });
  const device = { deviceId: null, deviceName: null };
  const { access } = await faces.identity.logIn({ ...person, device, address, userAgent: null });
  return access;
}
