import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { commitThread } from '../../adapters/persistence/knex/commit-thread.ts';
import { openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { storeUnavailable, translated } from '../../adapters/persistence/knex/faults.ts';
import { writeGuarded, type GuardedWrites } from '../../adapters/persistence/knex/guarded-writes.ts';
import { KnexUnitOfWork, type Database } from '../../adapters/persistence/knex/unit-of-work.ts';
import { LostRace } from '../../src/kernel/domain-error.ts';

/** Counters with a version each, and a log of their changes. */
const moving = (counters: readonly (readonly [id: number, version: number])[]): GuardedWrites => ({
  change: 'update counters set version = version + 1 where id = ? and version = ?',
  beside: 'insert into moves (counter) values (?)',
  rows: counters.map(([id, version]) => ({ change: [id, version], beside: [id] })),
});
const ALL = [1, 2, 3, 4, 5].map((id) => [id, 1] as const);

describe('the thread that commits', () => {
  let folder: string;
  let connections: Connections;
  let database: Database;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-thread-'));
    connections = openSqlite(join(folder, 'usher.sqlite'));
    const { writer: knex, dialect, thread } = connections;
    database = { knex, dialect, thread };
    await knex.raw('create table counters (id integer primary key, version integer not null)');
    await knex.raw('create table moves (counter integer not null unique)');
    await knex('counters').insert(ALL.map(([id, version]) => ({ id, version })));
  });
  afterEach(async () => {
    await connections.close();
    await rm(folder, { recursive: true });
  });

  const moves = async (): Promise<readonly unknown[]> =>
    (await connections.reader('moves').orderBy('counter')).map(({ counter }: { counter: number }) => counter);

  it('changes the rows whose guard holds, writes beside those alone, and tells their places', async () => {
    const changed = await writeGuarded(
      database,
      moving([
        [1, 1],
        [2, 7],
        [3, 1],
        [9, 1],
        [5, 1],
      ]),
    );
    expect(changed).to.deep.equal([0, 2, 4]);
    expect(await moves()).to.deep.equal([1, 3, 5]);
  });

  it('lets the event loop go on, which a commit of its own does not', async () => {
    const turnsDuring = async (work: Promise<unknown>): Promise<number> => {
      let turns = 0;
      let isOver = false;
      const over = work.then(() => (isOver = true));
      while (!isOver) {
        await turn();
        turns += 1;
      }
      await over;
      return turns;
    };
    // The first starts the thread, which takes a while.
    await writeGuarded(database, moving(ALL.map(([id]) => [id, 9])));
    const crowd = ALL.map(([id]) => [id, 1] as const);
    const ofThread = await turnsDuring(writeGuarded(database, moving(crowd)));
    const ofLoop = await turnsDuring(writeGuarded({ ...database, thread: null }, moving([[1, 9]])));
    expect(ofThread).to.be.greaterThan(ofLoop);
    expect(await moves()).to.have.length(5);
  });

  it('changes nothing when one row fails, and says why as the driver does', async () => {
    await writeGuarded(database, moving([[2, 1]]));
    const fault = await writeGuarded(database, moving(ALL.map(([id]) => [id, id === 2 ? 2 : 1]))).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(translated(fault)).to.be.instanceOf(LostRace);
    expect(await connections.reader('counters').where({ version: 1 })).to.have.length(4);
    expect(await writeGuarded(database, moving(ALL))).to.have.length(4);
  });

  it('has the writer to itself: a transaction begun meanwhile comes after it', async () => {
    const order: string[] = [];
    const work = new KnexUnitOfWork(connections, ({ knex }) => knex);
    await Promise.all([
      writeGuarded(database, moving(ALL)).then(() => order.push('crowd')),
      work.run(async (knex) => {
        order.push('transaction');
        expect(await knex('moves')).to.have.length(5);
      }),
    ]);
    expect(order).to.deep.equal(['crowd', 'transaction']);
  });

  it('is no part of a transaction that is open: what is written there goes when it does', async () => {
    const work = new KnexUnitOfWork(connections, (own) => own);
    const undone = work.run(async (own) => {
      expect(await writeGuarded(own, moving(ALL))).to.have.length(5);
      throw new Error('undone');
    });
    expect(await undone.catch((error: unknown) => String(error))).to.include('undone');
    expect(await moves()).to.deep.equal([]);
  });

  it('fails as a database does that is not there, each time that it is asked', async () => {
    const thread = commitThread(join(folder, 'no', 'such', 'folder'));
    for (let time = 0; time < 2; time += 1) {
      const fault = await thread.commit(moving(ALL)).catch((error: unknown) => translated(error));
      expect(fault).to.have.property('code', storeUnavailable.code);
    }
    await thread.close();
  });

  it('waits for a writer of another process without holding up the event loop', async () => {
    const other = openSqlite(join(folder, 'usher.sqlite'));
    await writeGuarded(database, moving(ALL.map(([id]) => [id, 9])));
    const held = await other.writer.transaction();
    await held('moves').insert({ counter: 77 });
    const writing = writeGuarded(database, moving(ALL));
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(await moves()).to.deep.equal([]);
    await held.commit();
    expect(await writing).to.have.length(5);
    await other.close();
  });
});
