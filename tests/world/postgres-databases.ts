import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = { name: string; url: string; drop(): Promise<void> };
export type Rows = Record<string, unknown>[];
export type Databases = {
  url(database: string): string;
  createDatabase(options?: { template?: string }): Promise<TestDatabase>;
  /** For databases that only serve as templates: nobody can connect any more, so that copying never has to wait. */
  closeDatabase(name: string): Promise<void>;
  query(sql: string, values?: unknown[]): Promise<Rows>;
  dropAll(): Promise<void>;
};

// Several test processes, of several machines even, may share one server.
const PREFIX = `usher_test_${process.pid}_${randomBytes(4).toString('hex')}`;
let databases = 0;

export function databasesOf(adminUrl: string): Databases {
  const created = new Set<string>();
  let lastCopy: Promise<unknown> = Promise.resolve();

  const url = (database: string): string => {
    const address = new URL(adminUrl);
    address.pathname = `/${encodeURIComponent(database)}`;
    return address.href;
  };
  const drop = async (name: string): Promise<void> => {
    await withClient(adminUrl, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    );
    created.delete(name);
  };
  const copy = async (name: string, template: string | undefined): Promise<void> => {
    await withClient(adminUrl, async (client) => {
      if (template !== undefined) await disconnectAll(client, template);
      await client.query(
        template === undefined
          ? // Nobody can connect to template0, and on a borrowed server it gives the same order of text as on ours.
            `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`
          : `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`,
      );
    });
  };

  return {
    url,
    createDatabase: async ({ template } = {}) => {
      const name = `${PREFIX}_${++databases}`;
      created.add(name);
      // Postgres refuses to copy a template that is in use, by another copy too. One failure must not spoil the rest.
      const turn = lastCopy.then(() => copy(name, template));
      lastCopy = turn.catch(() => created.delete(name));
      await turn;
      return { name, url: url(name), drop: () => drop(name) };
    },
    closeDatabase: (name) =>
      withClient(adminUrl, async (client) => {
        await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} WITH ALLOW_CONNECTIONS false`);
        await disconnectAll(client, name);
      }),
    query: (sql, values) =>
      withClient(adminUrl, async (client) => (await client.query<Rows[number]>(sql, values)).rows),
    dropAll: async () => {
      for (const name of created) await drop(name);
    },
  };
}

export async function disconnectAll(client: pg.Client, database: string): Promise<void> {
  await client.query(
    // Only a superuser may end Postgres' own workers, and a copy does not mind them.
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    [database],
  );
}

// A connection for each call: a pool would have to survive the server's restarts.
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A lost connection also fails the query in flight, which is where the caller hears of it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
