import type { Knex } from 'knex';

/**
 * Counters of the rate limits, where several processes share them: unlogged (a crash may forget a minute's
 * counts), with room in each page for the updates in place that are all that ever happens here. On SQLite
 * there is one process, which counts in memory.
 */
export async function up(knex: Knex): Promise<void> {
  if (!isPostgres(knex)) return;
  await knex.raw(`
    create unlogged table rate_limits (
      key text collate "C" primary key,
      hits integer not null,
      reset_at bigint not null
    ) with (fillfactor = 50)`);
}

export async function down(knex: Knex): Promise<void> {
  if (isPostgres(knex)) await knex.schema.dropTable('rate_limits');
}

const isPostgres = (knex: Knex): boolean => String(knex.client.config.client) === 'pg';
