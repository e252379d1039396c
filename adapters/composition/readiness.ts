import type { Container } from 'inversify';
import { inTime } from '../clock/in-time.ts';
import type { Readiness } from '../http/probes.ts';
import * as keys from './keys.ts';
import { resolve } from './token.ts';

/** Set when the process has begun to stop: it is not ready from then on. */
export interface Draining {
  begun: boolean;
}

const TIMEOUT_MS = 1_000;

/** Ready is: not stopping, the database answers within a second, and the queue can be written to. */
export const readinessOf = (container: Container, draining: Draining): Readiness => ({
  failing: async () => {
    if (draining.begun) return ['stopping'];
    const connections = resolve(container, keys.CONNECTIONS);
    const boss = resolve(container, keys.BOSS);
    const answers = await Promise.all([
      answered('database', async () => connections?.reader.raw('select 1')),
      answered('jobs', async () => boss?.getQueue('deliveries')),
    ]);
    return answers.flatMap((name) => name ?? []);
  },
});

/** The name of a check that fails or takes too long; undefined when it is well. */
async function answered(name: string, check: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await inTime(TIMEOUT_MS, check, 'too late');
    return undefined;
  } catch {
    return name;
  }
}
