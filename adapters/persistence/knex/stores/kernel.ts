import type { Answer, IdempotencyRecord, IdempotencyStore } from '../../../../src/kernel/once.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { Locks } from '../../../../src/kernel/unit-of-work.ts';
import { RecordTable } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const IDEMPOTENCY = new RecordTable<IdempotencyRecord>('idempotency', {
  key: 'text',
  fingerprint: 'text',
  claimedAt: 'number',
  expiresAt: 'number',
  subjectId: 'text',
  answer: 'json',
});

export const knexIdempotency = (database: Database): IdempotencyStore => ({
  find: (key) => IDEMPOTENCY.find(database, { key }),
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
