import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('deliveries', (table) => {
    table.text('id').primary();
    table.text('event_id').notNullable();
    table.text('reaction').notNullable();
    table.bigInteger('due_at').notNullable();
    table.integer('attempts').notNullable();
    table.text('last_error');
    table.bigInteger('died_at');
  });
  await knex.raw('create index deliveries_due on deliveries (due_at, id) where died_at is null');
  await knex.raw('create index deliveries_dead on deliveries (died_at) where died_at is not null');
  await knex.schema.createTable('job_runs', (table) => {
    table.text('name').primary();
    table.bigInteger('next_run_at').notNullable();
    table.bigInteger('last_run_at');
    table.bigInteger('last_success_at');
    table.bigInteger('last_done');
    table.bigInteger('last_error_at');
    table.text('last_error');
  });
  await knex.schema.createTable('clock_offset', (table) => {
    table.integer('id').primary();
    table.bigInteger('milliseconds').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('clock_offset');
  await knex.schema.dropTable('job_runs');
  await knex.schema.dropTable('deliveries');
}
