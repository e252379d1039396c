import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('plans', (table) => {
    table.text('id').primary();
    table.text('code').notNullable().unique();
    table.text('name').notNullable();
    table.text('description').notNullable();
    table.boolean('is_active').notNullable();
    table.integer('terms_version').notNullable();
    table.json('terms').notNullable();
    table.bigInteger('price_minor').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
    table.index(['is_active', 'price_minor', 'id']);
  });
  await knex.schema.createTable('plan_versions', (table) => {
    table.text('plan_id').notNullable();
    table.integer('terms_version').notNullable();
    table.json('terms').notNullable();
    table.bigInteger('created_at').notNullable();
    table.primary(['plan_id', 'terms_version']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('plan_versions');
  await knex.schema.dropTable('plans');
}
