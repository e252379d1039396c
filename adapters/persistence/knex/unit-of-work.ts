import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { LostRace } from '../../../src/kernel/domain-error.ts';
import { busy, MAX_ATTEMPTS, type UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Connections, Dialect } from './connection.ts';
import { refused, translated } from './faults.ts';

/** What a Knex store stands on: a transaction, or the reader's connection. */
export interface Database {
  readonly knex: Knex;
  readonly dialect: Dialect;
}

export class KnexUnitOfWork<Stores> implements UnitOfWork<Stores> {
  readonly #connections: Connections;
  readonly #storesOf: (database: Database) => Stores;
  readonly #questions: Stores;
  readonly #singles: Stores;
  readonly #afterCommit: () => void;

  constructor(
    connections: Connections,
    storesOf: (database: Database) => Stores,
    afterCommit: () => void = () => undefined,
  ) {
    this.#connections = connections;
    this.#storesOf = storesOf;
    this.#questions = storesOf({ knex: connections.reader, dialect: connections.dialect });
    this.#singles = storesOf({ knex: connections.writer, dialect: connections.dialect });
    this.#afterCommit = afterCommit;
  }

  async run<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    const result = await this.#untilWon(() => this.#transaction(work));
    this.#afterCommit();
    return result;
  }

  single<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    return this.#untilWon(() => work(this.#singles));
  }

  async #untilWon<R>(write: () => Promise<R>): Promise<R> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        const fault = translated(error);
        if (!(fault instanceof LostRace)) throw fault;
        // A little chance keeps two losers from meeting again at once.
        await pause(Math.random() * 5 * attempt);
      }
    }
    throw busy();
  }

  async read<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    try {
      return await work(this.#questions);
    } catch (error) {
      // A replica that catches up may cancel a question.
      throw refused(error);
    }
  }

  #transaction<R>(work: (stores: Stores) => Promise<R>): Promise<R> {
    const { writer, dialect } = this.#connections;
    return writer.transaction((knex) => work(this.#storesOf({ knex, dialect })));
  }
}
