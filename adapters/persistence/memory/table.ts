import { LostRace } from '../../../src/kernel/domain-error.ts';

/** What the memory database knows of a table: its primary key and what must be unique. */
export interface TableDefinition<Row> {
  readonly name: string;
  readonly key: (row: Row) => string;
  /** Partial unique indexes by name: a row whose value is undefined is outside the index. */
  readonly unique?: Readonly<Record<string, (row: Row) => string | undefined>>;
}

/** Committed rows of one table, and who holds each unique value. */
export interface TableState {
  readonly rows: Map<string, object>;
  readonly taken: Map<string, string>;
}

export const emptyTable = (): TableState => ({ rows: new Map(), taken: new Map() });

/** Rows handed out cannot be changed by the caller; a change is a new row. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** A table as one unit of work sees it: the committed rows under its own draft. */
export class DraftTable<Row extends object> {
  readonly #definition: TableDefinition<Row>;
  readonly #base: TableState;
  readonly #changed = new Map<string, Row | undefined>();
  readonly #taken = new Map<string, string | undefined>();
  readonly #writable: boolean;

  constructor(definition: TableDefinition<Row>, base: TableState, writable: boolean) {
    this.#definition = definition;
    this.#base = base;
    this.#writable = writable;
  }

  get(key: string): Row | undefined {
    if (this.#changed.has(key)) return this.#changed.get(key);
    return this.#base.rows.get(key) as Row | undefined;
  }

  *all(): Generator<Row> {
    for (const [key, row] of this.#base.rows) if (!this.#changed.has(key)) yield row as Row;
    for (const row of this.#changed.values()) if (row) yield row;
  }

  where(holds: (row: Row) => boolean): Row[] {
    return [...this.all()].filter(holds);
  }

  /** The row that holds a unique value, without a scan. */
  holder(index: string, value: string): Row | undefined {
    const slot = `${index} ${value}`;
    const key = this.#taken.has(slot) ? this.#taken.get(slot) : this.#base.taken.get(slot);
    return key === undefined ? undefined : this.get(key);
  }

  insert(row: Row): void {
    const key = this.#definition.key(row);
    if (this.get(key)) throw new LostRace(`${this.#definition.name} ${key} exists`);
    this.#write(key, row);
  }

  /** Replaces a row that must exist; `when` is what a conditional update would say in its WHERE. */
  update(row: Row, when: (stored: Row) => boolean = () => true): void {
    const key = this.#definition.key(row);
    const stored = this.get(key);
    if (!stored || !when(stored)) throw new LostRace(`${this.#definition.name} ${key} moved on`);
    this.#write(key, row);
  }

  put(row: Row): void {
    this.#write(this.#definition.key(row), row);
  }

  delete(key: string): void {
    this.#write(key, undefined);
  }

  /** Makes the draft the committed state. Synchronous, so nothing can come between. */
  commit(): void {
    for (const [key, row] of this.#changed) {
      if (row) this.#base.rows.set(key, row);
      else this.#base.rows.delete(key);
    }
    for (const [slot, key] of this.#taken) {
      if (key === undefined) this.#base.taken.delete(slot);
      else this.#base.taken.set(slot, key);
    }
  }

  #write(key: string, row: Row | undefined): void {
    if (!this.#writable) throw new Error(`${this.#definition.name}: a question must not write`);
    const stored = this.get(key);
    const copy = row && frozen(structuredClone(row));
    for (const [index, valueOf] of Object.entries(this.#definition.unique ?? {})) {
      const before = stored && valueOf(stored);
      const now = copy && valueOf(copy);
      if (before === now) continue;
      if (now !== undefined && this.holder(index, now)) throw new LostRace(`${index} ${now} is taken`);
      if (before !== undefined) this.#taken.set(`${index} ${before}`, undefined);
      if (now !== undefined) this.#taken.set(`${index} ${now}`, key);
    }
    this.#changed.set(key, copy);
  }
}
