import type BetterSqlite3 from 'better-sqlite3';
import { atomically, lend } from './prepared.ts';
import type { Database } from './unit-of-work.ts';

type Values = readonly (string | number | null)[];

/** Rows to change on SQLite where their guard holds, and what is written beside each that was. */
export interface GuardedWrites {
  /** An update whose `where` is the guard. */
  readonly change: string;
  readonly beside: string | null;
  readonly rows: readonly GuardedRow[];
}

export interface GuardedRow {
  readonly change: Values;
  readonly beside: Values;
}

/** Commits guarded writes somewhere else than in the event loop; the places of the rows that were changed. */
export interface CommitThread {
  commit(writes: GuardedWrites): Promise<readonly number[]>;
}

/** From so many rows on the way to the thread and back costs less than the event loop's standing still. */
const CROWD = 4;

/** In one transaction, on the connection that is given; the places of the rows that were changed. */
export const commitGuarded = (
  connection: BetterSqlite3.Database,
  { change, beside, rows }: GuardedWrites,
): readonly number[] =>
  atomically(connection, () => {
    const changing = connection.prepare<unknown[]>(change);
    const writing = beside === null ? null : connection.prepare<unknown[]>(beside);
    const changed: number[] = [];
    rows.forEach((row, place) => {
      if (changing.run(...row.change).changes === 0) return;
      writing?.run(...row.beside);
      changed.push(place);
    });
    return changed;
  });

/**
 * Writes where the guards hold. A crowd's commit is left to the thread, while the writer's connection is kept from
 * everybody else: SQLite has one writer at a time, and whoever waits for it elsewhere waits without the event loop.
 */
export const writeGuarded = (database: Database, writes: GuardedWrites): Promise<readonly number[]> =>
  lend(database, async (connection) =>
    database.thread && writes.rows.length >= CROWD && !connection.inTransaction
      ? database.thread.commit(writes)
      : commitGuarded(connection, writes),
  );
