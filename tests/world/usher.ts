import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { CLOCK, MAILER, PASSWORDS } from '../../adapters/composition/keys.ts';
import type { Faces } from '../../adapters/http/faces.ts';
import { instead, type Override } from '../../adapters/composition/override.ts';
import { composeUsher, type Usher } from '../../adapters/composition/usher.ts';
import type { RecordedMailer } from '../../adapters/email/recorded.ts';
import { createRecordedMailer } from '../../adapters/email/recorded.ts';
import { listen } from '../../adapters/http/server.ts';
import { SERVICE_SCOPES, type ServiceScope } from '../../src/identity/index.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { Client } from './client.ts';
import { plainPasswords } from './passwords.ts';
import { emptyDatabase } from './product-database.ts';
import { migratedFile } from './sqlite.ts';
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
  /** Another back end, with a key for these scopes: for all, when none is named. */
  service(...scopes: readonly ServiceScope[]): Promise<Client>;
  stop(): Promise<void>;
}

export interface UsherOptions {
  /** Variables of the environment, over those of a test. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly override?: Override;
  /** An application of somebody else's around it, and the path at which that mounts it. */
  readonly host?: { readonly path: string; readonly around: (usher: Express) => Express };
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
  if (store === 'SQLite') await migratedFile(dataDir);
  const mail = createRecordedMailer();
  const config = parseConfig({
    ...VARIABLES,
    DATA_DIR: dataDir,
    RUN_JOBS: 'false',
    PROFILE: store.toLowerCase(),
    ...(database ? { DATABASE_URL: database.url } : {}),
    ...options.variables,
  });
  const usher = await composeUsher(
    config,
    instead(PASSWORDS, plainPasswords),
    instead(MAILER, mail),
    ...(options.override ? [options.override] : []),
  );
  await usher.start();
  const { host } = options;
  const listening = await listen(host ? host.around(usher.app()) : usher.app(), config.http);
  const base = listening.url + (host?.path ?? '');
  let people = 0;
  const mark = Math.random().toString(36).slice(2, 8);

  const person = async (name = 'person'): Promise<Client> => {
    people += 1;
    const email = `${name}-${mark}-${people}@example.com`;
    return Client.register(base, { email, password: `the word of ${email}` });
  };

  const admin = async (): Promise<Client> => {
    const client = await person('admin');
    const actor = { kind: 'system', job: 'tests' } as const;
    await usher.faces.identity.createAdmin({ actor, ...client.credentials });
    return client.logIn();
  };

  return {
    base,
    usher,
    faces: usher.faces,
    mail,
    now: () => usher.get(CLOCK).now(),
    advance: async (duration) => void (await usher.faces.operations.advanceClock(duration)),
    settle: () => usher.faces.operations.settle(),
    anonymous: () => new Client(base, null),
    person,
    admin,
    service: async (...scopes) => {
      const body = { name: 'Tests', scopes: scopes.length > 0 ? scopes : SERVICE_SCOPES };
      const made = await (await admin()).post('/service-keys', body);
      return Client.withKey(listening.url, String(made.body['key']));
    },
    stop: async () => {
      await listening.stop();
      await usher.close();
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
