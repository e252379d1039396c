import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('streams', (table) => {
    table.text('id').primary();
    table.text('account_id');
    table.text('secret_hash');
    table.text('device_id').notNullable();
    table.text('device_name').notNullable();
    table.text('title_id').notNullable();
    table.text('title').notNullable();
    table.text('access_level').notNullable();
    table.boolean('is_privileged').notNullable();
    table.double('duration_seconds');
    table.double('credits_start_seconds');
    table.text('termination_code').notNullable();
    table.text('status').notNullable();
    table.bigInteger('seq').notNullable();
    table.double('position_seconds').notNullable();
    table.double('watched_seconds').notNullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('last_seen_at').notNullable();
    table.bigInteger('alive_until').notNullable();
    table.bigInteger('paused_at');
    table.bigInteger('viewed_at');
    table.bigInteger('completed_at');
    table.bigInteger('ended_at');
    table.text('end_reason');
    table.text('ended_by_device');
    table.integer('version').notNullable();
    table.index(['account_id', 'started_at', 'id']);
  });
  // One seat for a device, whatever happens at once; also where the open streams of an account are found.
  await knex.raw(
    'create unique index streams_seat on streams (account_id, device_id) where ended_at is null and account_id is not null',
  );
  await knex.raw('create index streams_silent on streams (alive_until) where ended_at is null');

  await knex.schema.createTable('progress', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('title_id').notNullable();
    table.double('duration_seconds');
    table.double('credits_start_seconds');
    table.double('position_seconds').notNullable();
    table.boolean('is_paused').notNullable();
    table.bigInteger('started_at');
    table.bigInteger('completed_at');
    table.bigInteger('dismissed_at');
    table.bigInteger('last_watched_at').notNullable();
    table.text('stream_id');
    table.bigInteger('stream_started_at');
    table.bigInteger('viewed_at');
    table.integer('version').notNullable();
    table.unique(['account_id', 'title_id']);
    table.index(['account_id', 'last_watched_at', 'id']);
  });

  await knex.schema.createTable('watch_log', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('title_id').notNullable();
    table.text('title').notNullable();
    table.bigInteger('started_at').notNullable();
    table.text('state').notNullable();
    table.double('position_seconds').notNullable();
    table.double('duration_seconds');
    table.index(['account_id', 'started_at', 'id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('watch_log');
  await knex.schema.dropTable('progress');
  await knex.schema.dropTable('streams');
}
