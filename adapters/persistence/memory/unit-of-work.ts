import { LostRace } from '../../../src/kernel/domain-error.ts';
import { busy, MAX_ATTEMPTS, type UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import { DraftTable, emptyTable, type TableDefinition, type TableState } from './table.ts';

/** Gives a unit of work its draft of each table. */
export interface MemoryTransaction {
  table<Row extends object>(definition: TableDefinition<Row>): DraftTable<Row>;
}

/** All rows of one in-memory Usher. */
export class MemoryDatabase {
  readonly #tables = new Map<string, TableState>();

  state(name: string): TableState {
    const known = this.#tables.get(name) ?? emptyTable();
    this.#tables.set(name, known);
    return known;
  }
}

/** Runs one unit of work after another, each on a draft that replaces the committed rows when it succeeds. */
export class MemoryUnitOfWork<Stores> implements UnitOfWork<Stores> {
  readonly #database: MemoryDatabase;
  readonly #storesOf: (transaction: MemoryTransaction) => Stores;
  readonly #afterCommit: () => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    database: MemoryDatabase,
    storesOf: (transaction: MemoryTransaction) => Stores,
    afterCommit: () => void = () => undefined,
  ) {
    this.#database = database;
    this.#storesOf = storesOf;
    this.#afterCommit = afterCommit;
  }

  run<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    return this.#queue(async () => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        try {
          return await this.#attempt(work, true);
        } catch (error) {
          if (!(error instanceof LostRace)) throw error;
        }
      }
      throw busy();
    });
  }

  single<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    return this.run(work);
  }

  read<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    return this.#queue(() => this.#attempt(work, false));
  }

  async #attempt<R>(work: (stores: Stores) => Promise<R>, writable: boolean): Promise<R> {
    const drafts = new Map<string, Pick<DraftTable<object>, 'commit'>>();
    const table = <Row extends object>(definition: TableDefinition<Row>): DraftTable<Row> => {
      const known = drafts.get(definition.name) as DraftTable<Row> | undefined;
      const draft = known ?? new DraftTable(definition, this.#database.state(definition.name), writable);
      drafts.set(definition.name, draft);
      return draft;
    };
    const result = await work(this.#storesOf({ table }));
    for (const draft of drafts.values()) draft.commit();
    if (writable) this.#afterCommit();
    return result;
  }

  #queue<R>(next: () => Promise<R>): Promise<R> {
    const result = this.#last.then(next);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
