import { atTeardown } from './teardown.ts';
import {
  databasesOf,
  disconnectAll,
  withClient,
  type Databases,
  type TestDatabase,
} from './postgres-databases.ts';
import { startPostgres, type ShutdownMode } from './postgres-process.ts';
import { makeWipeable, wiped } from './postgres-wipe.ts';

export type { TestDatabase } from './postgres-databases.ts';
export type PostgresServer = Pick<Databases, 'url' | 'createDatabase' | 'query'> & {
  /** The same port and data again. Only for clusters of our own. */
  restart(mode: ShutdownMode): Promise<void>;
  /** Away until `up`, with all its data. Only for clusters of our own. */
  down(mode: ShutdownMode): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
};
export type Migrate = (url: string) => Promise<void>;

type Server = PostgresServer & Pick<Databases, 'closeDatabase'>;
type Template = { name: string; shape: string; idle: TestDatabase[] };
type Shared = { server: Promise<Server>; templates: Map<Migrate, Promise<Template>> };

let shared: Shared | undefined;

/** The one server of this process, for ordinary tests: it forgets what it was told last when it crashes. */
export async function postgres(): Promise<PostgresServer> {
  return sharedServer().server;
}

/** A server of its own. A durable one keeps what it has committed, and costs what durability costs. */
export async function startCluster(options: { durable: boolean }): Promise<PostgresServer> {
  const server = await ownCluster(options);
  atTeardown(server.stop);
  return server;
}

/**
 * A database that `migrate` has prepared, and that holds nothing else. It runs once for the whole process;
 * databases are copies of the outcome, and one that is dropped is wiped and given to the next. Pass the same
 * function each time, and not a new arrow around it: templates are told apart by it.
 */
export async function migratedDatabase(migrate: Migrate): Promise<TestDatabase> {
  const { server, templates } = sharedServer();
  const preparing = templates.get(migrate) ?? server.then((ready) => prepareTemplate(ready, migrate));
  templates.set(migrate, preparing);
  const template = await preparing;
  const database = template.idle.pop() ?? (await (await server).createDatabase({ template: template.name }));
  let given: Promise<void> | undefined;
  return { ...database, drop: () => (given ??= giveBack(database, template)) };
}

async function giveBack(database: TestDatabase, { shape, idle }: Template): Promise<void> {
  const isAsNew = await withClient(database.url, async (client) => {
    await disconnectAll(client, database.name);
    return wiped(client, shape);
  }).catch(() => false);
  if (isAsNew) idle.push(database);
  else await database.drop();
}

function sharedServer(): Shared {
  if (shared !== undefined) return shared;
  const borrowed = process.env['TEST_DATABASE_URL'];
  const server =
    borrowed === undefined || borrowed === '' ? ownCluster({ durable: false }) : borrow(borrowed);
  shared = { server: server.then(forgottenOnceStopped), templates: new Map() };
  return shared;
}

function forgottenOnceStopped(server: Server): Server {
  const stop = async (): Promise<void> => {
    shared = undefined;
    await server.stop();
  };
  atTeardown(stop);
  return { ...server, stop };
}

async function prepareTemplate(server: Server, migrate: Migrate): Promise<Template> {
  const { name, url } = await server.createDatabase();
  await migrate(url);
  const shape = await withClient(url, makeWipeable);
  await server.closeDatabase(name);
  return { name, shape, idle: [] };
}

async function ownCluster(options: { durable: boolean }): Promise<Server> {
  const { port, ...life } = await startPostgres(options);
  return { ...databasesOf(`postgres://postgres@127.0.0.1:${port}/postgres`), ...life };
}

async function borrow(url: string): Promise<Server> {
  const databases = databasesOf(url);
  try {
    await databases.query('SELECT 1');
  } catch (error) {
    throw new Error('TEST_DATABASE_URL is set, but its server cannot be used', { cause: error });
  }
  const refused = (): Promise<never> =>
    Promise.reject(new Error('the server of TEST_DATABASE_URL is not ours to stop'));
  return {
    ...databases,
    ...{ restart: refused, down: refused, up: refused },
    stop: databases.dropAll,
  };
}
