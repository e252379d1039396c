import express, { type Express, type RequestHandler } from 'express';
import type { RunningUsher, UsherOptions } from '../../world/usher.ts';
import { startUsher } from '../../world/usher.ts';

/** Applications of other teams, with Usher mounted in them. */

/** What the host answers by itself. */
export const ITS_OWN = { of: 'the host' };

const hostOf =
  (path: string, front: readonly RequestHandler[]) =>
  (usher: Express): Express => {
    const host = express();
    host.set('trust proxy', 1);
    for (const each of front) host.use(each);
    host.use(path, usher);
    host.get(['/', '/api/orders'], (_request, response) => void response.json(ITS_OWN));
    host.use((_request, response) => void response.status(404).json({ error: 'not here' }));
    return host;
  };

const started: RunningUsher[] = [];

/** A product in memory, mounted at `path` of a host that has `front` in front of everything. */
export async function mountedAt(
  path: `/${string}`,
  { front = [], ...options }: UsherOptions & { readonly front?: readonly RequestHandler[] } = {},
): Promise<RunningUsher> {
  const host = { path: path === '/' ? '' : path, around: hostOf(path, front) };
  const world = await startUsher('memory', { ...options, host });
  started.push(world);
  return world;
}

/** For `after`. */
export async function stopAll(): Promise<void> {
  for (const world of started.splice(0)) await world.stop();
}
