import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('archives', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('month').notNullable();
    table.text('status').notNullable();
    table.integer('viewings').notNullable();
    table.bigInteger('oldest_at').notNullable();
    table.bigInteger('newest_at').notNullable();
    table.bigInteger('begun_at').notNullable();
    table.integer('version').notNullable();
  });
  await knex.raw(`create index archives_kept on archives (account_id, newest_at, id) where status = 'kept'`);
  await knex.raw(`create index archives_unfinished on archives (begun_at) where status <> 'kept'`);
  // Where the oldest history is found. None of its columns is one that a heartbeat changes.
  await knex.raw(
    `create index streams_ended on streams (started_at)
      where ended_at is not null and account_id is not null and device_id <> ''`,
  );
  await knex.schema.alterTable('watch_log', (table) => table.index(['started_at']));
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('watch_log', (table) => table.dropIndex(['started_at']));
  await knex.raw('drop index streams_ended');
  await knex.schema.dropTable('archives');
}
