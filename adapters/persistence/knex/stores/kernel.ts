import type { Answer, IdempotencyRecord, IdempotencyStore } from '../../../../src/kernel/once.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { Locks } from '../../../../src/kernel/unit-of-work.ts';
import { columnOf, RecordTable, type Columns } from '../columns.ts';
import { rowsFromJson, textsFromJson } from '../json-rows.ts';
import { preparedRows } from '../prepared.ts';
import { assignments, parameters, saveAll, type RowWrite } from '../row-writes.ts';
import type { Database } from '../unit-of-work.ts';

const COLUMNS: Columns<IdempotencyRecord> = {
  key: 'text',
  fingerprint: 'text',
  claimedAt: 'number',
  expiresAt: 'number',
  subjectId: 'text',
  answer: 'json',
};
const IDEMPOTENCY = new RecordTable<IdempotencyRecord>('idempotency', COLUMNS);
const NAMES = Object.keys(COLUMNS).map(columnOf);

const knownAmong = (keys: string): string =>
  `select ${IDEMPOTENCY.selected()} from idempotency where key in (${keys})`;

const FIND_ALL = {
  name: 'find-idempotency-keys',
  postgres: knownAmong(textsFromJson('postgres', '$1::json')),
  sqlite: knownAmong(textsFromJson('sqlite')),
} as const;

/** Whoever comes second waits here for the first to commit, and then finds that the key is taken. */
const TAKE = `on conflict (key) do update set ${assignments(COLUMNS, 'excluded')}
  where idempotency.expires_at <= excluded.claimed_at`;

const KEEP: RowWrite = {
  each: `insert into idempotency (${NAMES.join(', ')}) values (${parameters(NAMES)}) ${TAKE}`,
  columns: NAMES,
  together: `insert into idempotency (${NAMES.join(', ')})
    select ${NAMES.join(', ')} from (${rowsFromJson('postgres', COLUMNS)}) as given where true
    ${TAKE} returning key`,
};

export const knexIdempotency = (database: Database): IdempotencyStore => ({
  find: (key) => IDEMPOTENCY.find(database, { key }),
  findAll: async (keys) => {
    if (keys.length === 0) return [];
    const rows = await preparedRows(database, FIND_ALL, [JSON.stringify(keys)]);
    return rows.map((row) => IDEMPOTENCY.fromRow(row));
  },
  keepAll: (records) => {
    // In one order, so that two processes with the same keys do not wait for one another in a circle.
    const sorted = records.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    return saveAll(database, IDEMPOTENCY, { write: KEEP, records: sorted });
  },
  claim: async (record) => {
    const { knex } = database;
    await knex('idempotency').where({ key: record.key }).where('expires_at', '<=', record.claimedAt).delete();
    const claimed = await knex('idempotency')
      .insert(IDEMPOTENCY.toRow(record))
      .onConflict('key')
      .ignore()
      .returning('key');
    if (claimed.length === 0) throw new LostRace(`idempotency key ${record.key}`);
  },
  answer: async (key, answer: Answer) => {
    await database
      .knex('idempotency')
      .where({ key })
      .update({ answer: JSON.stringify(answer) });
  },
  release: async (key) => {
    await database.knex('idempotency').where({ key, answer: null }).delete();
  },
  purge: (now, limit) =>
    database
      .knex('idempotency')
      .whereIn('key', database.knex('idempotency').select('key').where('expires_at', '<=', now).limit(limit))
      .delete(),
});

/**
 * Postgres: an advisory lock that ends with the transaction. SQLite needs none: BEGIN IMMEDIATE has made
 * this the only writer.
 */
export const knexLocks = ({ knex, dialect }: Database): Locks => ({
  lock: async (key) => {
    if (dialect === 'postgres') await knex.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [key]);
  },
});
