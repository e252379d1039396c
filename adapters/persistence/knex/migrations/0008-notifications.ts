import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('notices', (table) => {
    table.text('id').primary();
    table.text('key').notNullable().unique();
    table.text('kind').notNullable();
    table.text('account_id').notNullable();
    table.text('recipient').notNullable();
    table.text('subject').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('claimed_until').notNullable();
    table.bigInteger('sent_at');
    table.integer('version').notNullable();
    table.index(['account_id', 'created_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('notices');
}
