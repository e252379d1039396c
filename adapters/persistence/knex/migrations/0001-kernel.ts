import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('idempotency', (table) => {
    table.text('key').primary();
    table.text('fingerprint').notNullable();
    table.bigInteger('claimed_at').notNullable();
    table.bigInteger('expires_at').notNullable().index();
    table.text('subject_id');
    table.json('answer');
  });
  await knex.schema.createTable('events', (table) => {
    // The order of recording; ids are ordered by time too, but each process has a clock of its own.
    table.bigIncrements('position');
    table.text('id').notNullable().unique();
    table.text('type').notNullable();
    table.bigInteger('at').notNullable().index();
    table.text('account_id');
    table.text('subject_id').notNullable();
    table.json('data').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('events');
  await knex.schema.dropTable('idempotency');
}
