import 'reflect-metadata';
import { Container } from 'inversify';
import type { Express } from 'express';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Faces } from '../http/faces.ts';
import { processLogger } from '../http/log.ts';
import { createBoss } from '../jobs/pg-boss.ts';
import { provideAdapters } from './adapters.ts';
import { provideBackground } from './background.ts';
import type { Config } from './config.ts';
import { provideContexts } from './contexts.ts';
import { appOf, facesOf, provideHttp } from './http.ts';
import * as keys from './keys.ts';
import type { Override } from './override.ts';
import { provideMedia } from './media.ts';
import { provideMediaProvider } from './media-provider.ts';
import type { Draining } from './readiness.ts';
import { loadKeys } from './secrets.ts';
import { loadStripe, providePayments } from './payments.ts';
import { openDatabase, unitOfWorkOver } from './stores.ts';
import { provideValue, resolve, type Token } from './token.ts';
import { tellTurnedClock } from './turned-clock.ts';

/** A composed product: its faces, its REST service, and its life. */
export interface Usher {
  readonly faces: Faces;
  readonly draining: Draining;
  /** Anything of `keys.ts`. */
  get<T>(key: Token<T>): T;
  /** The REST service; give it a socket with `listen`. */
  app(): Express;
  /** Starts the clock and the jobs. Without it the product answers, and nothing happens by itself. */
  start(): Promise<void>;
  /** Ends jobs, then connections. Twice is once. */
  close(): Promise<void>;
}

/** Opens the database and wires the whole product for a profile; `overrides` bind yours in place of ours. */
export async function composeUsher(config: Config, ...overrides: readonly Override[]): Promise<Usher> {
  const container = new Container();
  const logger = processLogger(config.logLevel);
  provideValue(container, keys.CONFIG, config);
  provideValue(container, keys.LOGGER, logger);
  provideValue(container, keys.KEYS, await loadKeys(config));
  // Before anything is open that would have to be closed: it may find that it cannot go on.
  await provideMedia(container, config, logger);
  const connections = await openDatabase(config);
  const boss =
    config.profile === 'postgres'
      ? createBoss({
          url: config.databaseUrl ?? '',
          runs: config.runJobs,
          failures: { failed: (what, error) => logger.error({ err: error }, what) },
        })
      : null;
  provideValue(container, keys.CONNECTIONS, connections);
  provideValue(container, keys.BOSS, boss);
  const nudge = (): void => resolve(container, keys.RUNNER).nudge();
  provideValue(container, keys.UNIT_OF_WORK, unitOfWorkOver(connections, boss, nudge));
  provideAdapters(container);
  providePayments(container, await loadStripe(config));
  provideMediaProvider(container);
  provideContexts(container);
  provideBackground(container);
  provideHttp(container);
  for (const override of overrides) await override(container);
  return usherOf(container);
}

function usherOf(container: Container): Usher {
  const draining: Draining = { begun: false };
  const movable = resolve(container, keys.MOVABLE_CLOCK);
  const runner = resolve(container, keys.RUNNER);
  // pg-boss must have started even where it only sends.
  const starts = resolve(container, keys.CONFIG).runJobs || resolve(container, keys.BOSS) !== null;
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    draining.begun = true;
    // What is being packaged is given back: it may take hours.
    await resolve(container, keys.PACKAGER)?.stop();
    await Promise.all([runner.stop(), resolve(container, keys.PACKAGING_LINE)?.stop()]);
    if (movable instanceof VirtualClock) movable.stop();
    resolve(container, keys.MAILER).close?.();
    await resolve(container, keys.CONNECTIONS)?.close();
  };
  return {
    faces: facesOf(container),
    draining,
    get: (key) => resolve(container, key),
    app: () => appOf(container, draining),
    start: async () => {
      if (movable instanceof VirtualClock) await movable.start();
      else await tellTurnedClock(container);
      if (starts) await runner.start();
    },
    close: () => (closed ??= close()),
  };
}
