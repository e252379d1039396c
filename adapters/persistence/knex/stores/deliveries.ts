import type { Delivery } from '../../../../src/operations/delivery.ts';
import type { DeliveryStore } from '../../../../src/operations/ports.ts';
import { RecordTable, type Row } from '../columns.ts';
import { rawRows } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';

export const DELIVERIES = new RecordTable<Delivery>('deliveries', {
  id: 'text',
  eventId: 'text',
  reaction: 'text',
  dueAt: 'number',
  attempts: 'number',
  lastError: 'text',
  diedAt: 'number',
});

/**
 * Runners pass over the rows that another is just taking, instead of waiting for it; SQLite has one writer.
 * Chosen in a CTE, which Postgres evaluates once: as a subquery it may run again and take more than the limit.
 */
const claimSql = (dialect: Database['dialect']): string => `
  with due as (
    select id from deliveries where died_at is null and due_at <= ?
    order by due_at, id limit ? ${dialect === 'postgres' ? 'for update skip locked' : ''}
  )
  update deliveries set due_at = ?, attempts = attempts + 1
  where id in (select id from due)
  returning *`;

export const knexDeliveries = (database: Database): DeliveryStore => {
  const { knex, dialect } = database;
  const table = () => knex(DELIVERIES.name);
  return {
    anyDue: async (now) =>
      (await table().whereNull('died_at').where('due_at', '<=', now).first('id')) !== undefined,
    claim: async ({ now, until, limit }) => {
      const rows = await rawRows(database, claimSql(dialect), [now, limit, until]);
      return rows.map((row) => DELIVERIES.fromRow(row));
    },
    done: async (id) => {
      await table().where({ id }).delete();
    },
    settle: async (delivery) => {
      const { id, attempts } = delivery;
      // A redriven delivery starts from nought; else only the newest attempt may say how it went.
      const newest =
        attempts === 0 ? table().where({ id }).whereNotNull('died_at') : table().where({ id, attempts });
      await newest.update(DELIVERIES.toRow(delivery));
    },
    find: (id) => DELIVERIES.find(database, { id }),
    backlog: async (limit) => {
      const waiting = await table().whereNull('died_at').count({ count: '*' });
      const dead = (await table()
        .whereNotNull('died_at')
        .orderBy([
          { column: 'died_at', order: 'desc' },
          { column: 'id', order: 'asc' },
        ])
        .limit(limit)) as Row[];
      return {
        waiting: Number(waiting[0]?.['count'] ?? 0),
        dead: dead.map((row) => DELIVERIES.fromRow(row)),
      };
    },
  };
};
