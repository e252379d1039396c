import { expect } from 'chai';
import pg from 'pg';
import { migratedDatabase, postgres, startCluster, type TestDatabase } from './postgres.ts';

async function ask(database: { url: string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the Postgres of the tests', () => {
  let migrations = 0;
  const databases: TestDatabase[] = [];

  async function migrate(url: string): Promise<void> {
    migrations++;
    await ask({ url }, 'CREATE TABLE film (title text NOT NULL)');
  }
  async function clone(): Promise<TestDatabase> {
    const database = await migratedDatabase(migrate);
    databases.push(database);
    return database;
  }

  after(async () => {
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('is a real server', async () => {
    const [row] = await (await postgres()).query('SELECT version()');
    expect(row?.['version']).to.match(/^PostgreSQL \d+/);
  });

  it('is one server for the whole process', async () => {
    const [one, other] = await Promise.all([postgres(), postgres()]);
    expect(one).to.equal(other);
  });

  it('gives every caller a database of its own', async () => {
    const [one, other] = [await clone(), await clone()];
    await ask(one, `INSERT INTO film VALUES ('Metropolis')`);
    expect(await ask(one, 'SELECT title FROM film')).to.deep.equal([{ title: 'Metropolis' }]);
    expect(await ask(other, 'SELECT title FROM film')).to.deep.equal([]);
  });

  it('makes five databases at once and migrates only once', async () => {
    const five = await Promise.all(Array.from({ length: 5 }, clone));
    for (const database of five) expect(await ask(database, 'SELECT title FROM film')).to.deep.equal([]);
    expect(new Set(five.map(({ name }) => name)).size).to.equal(5);
    expect(migrations).to.equal(1);
  });

  it('migrates only once for callers who arrive together', async () => {
    let runs = 0;
    const slowly = async (url: string): Promise<void> => {
      runs++;
      await ask({ url }, 'SELECT pg_sleep(0.05)');
    };
    databases.push(...(await Promise.all([migratedDatabase(slowly), migratedDatabase(slowly)])));
    expect(runs).to.equal(1);
  });

  it('gives a database that was dropped to the next, as it was migrated', async () => {
    const keeping = async (url: string): Promise<void> => {
      await ask({ url }, 'CREATE TABLE star (id serial PRIMARY KEY, name text NOT NULL)');
      await ask({ url }, `INSERT INTO star (name) VALUES ('Helm')`);
    };
    const first = await migratedDatabase(keeping);
    await ask(first, `INSERT INTO star (name) VALUES ('Fröhlich')`);
    await ask(first, `UPDATE star SET name = 'Abel' WHERE name = 'Helm'`);
    await first.drop();
    await first.drop();
    const [next, another] = [await migratedDatabase(keeping), await migratedDatabase(keeping)];
    databases.push(next, another);
    expect(next.name).to.equal(first.name).and.not.equal(another.name);
    await ask(next, `INSERT INTO star (name) VALUES ('Klein')`);
    expect(await ask(next, 'SELECT id, name FROM star ORDER BY id')).to.deep.equal([
      { id: 1, name: 'Helm' },
      { id: 2, name: 'Klein' },
    ]);
  });

  it('does not give away a database that somebody built on, nor leaves its connections open', async () => {
    const built = await clone();
    await ask(built, 'ALTER TABLE film ADD COLUMN year int');
    const used = await clone();
    const open = new pg.Client({ connectionString: used.url });
    const cut = new Promise((resolve) => open.on('error', resolve));
    await open.connect();
    await Promise.all([built.drop(), used.drop()]);
    expect(await cut).to.be.an('error');
    const next = await Promise.all([clone(), clone()]);
    expect(next.map(({ name }) => name))
      .to.include(used.name)
      .and.not.include(built.name);
  });

  it('copies a template that somebody left connected', async () => {
    const server = await postgres();
    const template = await server.createDatabase();
    const forgotten = new pg.Client({ connectionString: template.url });
    const cut = new Promise((resolve) => forgotten.on('error', resolve));
    await forgotten.connect();
    databases.push(template, await server.createDatabase({ template: template.name }));
    expect(await cut).to.be.an('error');
  });

  it('goes on after a database could not be made', async () => {
    const server = await postgres();
    const results = await Promise.allSettled([
      server.createDatabase({ template: 'no such "template"' }),
      server.createDatabase(),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    for (const result of results) if (result.status === 'fulfilled') databases.push(result.value);
  });

  it('drops a database in spite of its connections', async () => {
    const server = await postgres();
    const database = await server.createDatabase();
    const open = new pg.Client({ connectionString: database.url });
    open.on('error', () => undefined);
    await open.connect();
    await database.drop();
    const named = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [database.name]);
    expect(named).to.deep.equal([]);
  });

  it('keeps in a durable cluster what was committed before a crash', async () => {
    const server = await startCluster({ durable: true });
    expect(await server.query('SHOW fsync')).to.deep.equal([{ fsync: 'on' }]);
    const database = await server.createDatabase();
    await ask(database, 'CREATE TABLE film AS SELECT generate_series(1, 1000) AS id');
    await server.restart('immediate');
    expect(await ask(database, 'SELECT count(*)::int AS films FROM film')).to.deep.equal([{ films: 1000 }]);
    await server.restart('fast');
    expect(await ask(database, 'SELECT count(*)::int AS films FROM film')).to.deep.equal([{ films: 1000 }]);
    await server.stop();
  });
});
