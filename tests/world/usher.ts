import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { CLOCK, MAILER, PASSWORDS } from '../../adapters/composition/keys.ts';
import type { Faces } from '../../adapters/http/faces.ts';
import { composeUsher, type Override, type Usher } from '../../adapters/composition/usher.ts';
import type { RecordedMailer } from '../../adapters/email/recorded.ts';
import { createRecordedMailer } from '../../adapters/email/recorded.ts';
import { listen } from '../../adapters/http/server.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { Client } from './client.ts';
import { plainPasswords } from './passwords.ts';
import { emptyDatabase } from './product-database.ts';
import type { StoreName } from './stores.ts';

/** A whole product with a socket, a clock that can be turned and mail that can be read. */
export interface RunningUsher {
  readonly base: string;
  readonly usher: Usher;
  readonly faces: Faces;
  readonly mail: RecordedMailer;
  now(): Instant;
  /** Moves the clock, and lets everything that falls due happen. */
  advance(duration: string): Promise<void>;
  /** Lets everything happen that is owed at this moment: deliveries, sweeps. */
  settle(): Promise<void>;
  /** Somebody without an account. */
  anonymous(): Client;
  /** Registers a new person and signs them in. */
  person(name?: string): Promise<Client>;
  /** Makes an admin and signs them in. */
  admin(): Promise<Client>;
  stop(): Promise<void>;
}

export interface UsherOptions {
  /** Variables of the environment, over those of a test. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly override?: Override;
}

const VARIABLES = {
  CLOCK: 'virtual',
  LOG_LEVEL: 'silent',
  SEED: 'none',
  PACKAGING: 'off',
  RATE_LIMITS: 'off',
  HOST: '127.0.0.1',
  PORT: '0',
} as const;

/** Starts a product on a store of its own: memory, SQLite or Postgres. Jobs run when `settle` says so. */
export async function startUsher(store: StoreName, options: UsherOptions = {}): Promise<RunningUsher> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-world-'));
  const database = store === 'Postgres' ? await emptyDatabase() : undefined;
  const mail = createRecordedMailer();
  const config = parseConfig({
    ...VARIABLES,
    DATA_DIR: dataDir,
    RUN_JOBS: 'false',
    PROFILE: store.toLowerCase(),
    ...(database ? { DATABASE_URL: database.url } : {}),
    ...options.variables,
  });
  const usher = await composeUsher(config, async (container) => {
    container.unbind(PASSWORDS);
    container.bind(PASSWORDS).toConstantValue(plainPasswords);
    container.unbind(MAILER);
    container.bind(MAILER).toConstantValue(mail);
    await options.override?.(container);
  });
  await usher.start();
  const listening = await listen(usher.app(), config.http);
  let people = 0;
  const mark = Math.random().toString(36).slice(2, 8);

  const person = async (name = 'person'): Promise<Client> => {
    people += 1;
    const email = `${name}-${mark}-${people}@example.com`;
    return Client.register(listening.url, { email, password: `the word of ${email}` });
  };

  return {
    base: listening.url,
    usher,
    faces: usher.faces,
    mail,
    now: () => usher.get(CLOCK).now(),
    advance: async (duration) => void (await usher.faces.operations.advanceClock(duration)),
    settle: () => usher.faces.operations.settle(),
    anonymous: () => new Client(listening.url, null),
    person,
    admin: async () => {
      const client = await person('admin');
      const actor = { kind: 'system', job: 'tests' } as const;
      await usher.faces.identity.createAdmin({ actor, ...client.credentials });
      return client.logIn();
    },
    stop: async () => {
      await listening.stop();
      await usher.close();
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
