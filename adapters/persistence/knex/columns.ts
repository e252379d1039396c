import { LostRace } from '../../../src/kernel/domain-error.ts';
import type { Database } from './unit-of-work.ts';

/** How a field of a record lies in its column: SQLite has no booleans and no JSON, so kinds are declared. */
export type ColumnKind = 'text' | 'number' | 'boolean' | 'json';

/** Every field of the record with its kind: a forgotten field does not compile. */
export type Columns<T> = { readonly [K in keyof T]-?: ColumnKind };

export type Row = Record<string, unknown>;

export const columnOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A table as its records see it: camelCase fields, snake_case columns. */
export class RecordTable<T extends object> {
  readonly name: string;
  readonly #fields: readonly (readonly [field: keyof T & string, column: string, kind: ColumnKind])[];

  constructor(name: string, columns: Columns<T>) {
    this.name = name;
    this.#fields = (Object.keys(columns) as (keyof T & string)[]).map(
      (field) => [field, columnOf(field), columns[field]] as const,
    );
  }

  /** The columns by name: a statement that is prepared once outlives what `*` meant, and Postgres then refuses it. */
  selected(alias = this.name): string {
    return this.#fields.map(([, column]) => `${alias}.${column}`).join(', ');
  }

  toRow(record: T): Row {
    const row: Row = {};
    for (const [field, column, kind] of this.#fields) {
      const value: unknown = record[field] ?? null;
      row[column] = kind === 'json' && value !== null ? JSON.stringify(value) : value;
    }
    return row;
  }

  fromRow(row: Row): T {
    const record: Row = {};
    for (const [field, column, kind] of this.#fields) record[field] = revive(row[column] ?? null, kind);
    return record as T;
  }

  async insert(database: Database, records: readonly T[]): Promise<void> {
    if (records.length > 0)
      await database.knex(this.name).insert(records.map((record) => this.toRow(record)));
  }

  /** Updates the row that `where` names; none found means that another writer was faster. */
  async update(database: Database, where: Row, record: T): Promise<void> {
    const affected = await database.knex(this.name).where(where).update(this.toRow(record));
    if (affected !== 1) throw new LostRace(`${this.name} moved on`);
  }

  async find(database: Database, where: Row): Promise<T | undefined> {
    const row = (await database.knex(this.name).where(where).first()) as Row | undefined;
    return row && this.fromRow(row);
  }
}

function revive(value: unknown, kind: ColumnKind): unknown {
  if (value === null) return null;
  switch (kind) {
    case 'text':
      return value;
    case 'number':
      return Number(value);
    case 'boolean':
      return Boolean(value);
    case 'json':
      return typeof value === 'string' ? JSON.parse(value) : value;
  }
}
